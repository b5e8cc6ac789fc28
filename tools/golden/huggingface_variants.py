"""Odd Hugging Face configurations: python tools/golden/huggingface_variants.py writes test/golden/huggingface-variants.json.

Small members of every model type with keys set in unusual ways (key-value heads, biases, tied and untied tables, head sizes, window rules,
dense layers among experts, heads of every task), and files with hardly a key, so that the defaults of the classes count. Each is built by
transformers on PyTorch's meta device and counted, tied tensors once. MACs are FlopCounterMode / 2 for 16 tokens with attention in its eager
form, without the rotary table's outer product; they are left out where the class does not run on the meta device.
"""

import json
import pathlib
import tempfile

import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "huggingface-variants.json"
TOKENS = 16
SMALL = {
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "intermediate_size": 100,
    "vocab_size": 64,
    "max_position_embeddings": 64,
}


def small(architecture, model_type, **keys):
    return {"architectures": [architecture], "model_type": model_type, **SMALL, **keys}


def opt(architecture="OPTForCausalLM", **keys):
    config = small(architecture, "opt", ffn_dim=90, **keys)
    del config["intermediate_size"]
    return config


def gpt2(architecture="GPT2LMHeadModel", **keys):
    sizes = {"n_embd": 24, "n_layer": 2, "n_head": 3, "vocab_size": 64, "n_positions": 40}
    return {"architectures": [architecture], "model_type": "gpt2", **sizes, **keys}


def few(architecture, model_type, **keys):
    return {"architectures": [architecture], "model_type": model_type, **keys}


def vit(architecture, **keys):
    sizes = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 50}
    return {"architectures": [architecture], "model_type": "vit", **sizes, **keys}


def tied_and_untied(tie):
    yield small("LlamaForCausalLM", "llama", tie_word_embeddings=tie, num_key_value_heads=2, attention_bias=True)
    window = {"use_sliding_window": True, "sliding_window": 8, "max_window_layers": 1}
    yield small("Qwen2ForCausalLM", "qwen2", tie_word_embeddings=tie, num_key_value_heads=3, **window)
    neox = {"use_parallel_residual": tie, "attention_bias": tie, "rotary_pct": 0.5}
    yield small("GPTNeoXForCausalLM", "gpt_neox", tie_word_embeddings=tie, **neox)
    yield opt(tie_word_embeddings=tie, do_layer_norm_before=tie, enable_bias=not tie)
    projected = {"word_embed_proj_dim": 20, "_remove_final_layer_norm": True}
    yield opt(tie_word_embeddings=tie, layer_norm_elementwise_affine=not tie, **projected)
    yield gpt2(n_inner=50, tie_word_embeddings=tie)
    grouped = {"tie_word_embeddings": tie, "attention_bias": tie}
    yield small("GemmaForCausalLM", "gemma", head_dim=10, num_key_value_heads=1, **grouped)
    yield small("Gemma2ForCausalLM", "gemma2", head_dim=12, num_key_value_heads=2, **{**grouped, "num_hidden_layers": 5})
    yield small("Qwen3ForCausalLM", "qwen3", head_dim=10, num_key_value_heads=2, **grouped)
    yield small("MistralForCausalLM", "mistral", tie_word_embeddings=tie, head_dim=14, num_key_value_heads=3)
    experts = {"num_local_experts": 5, "num_experts_per_tok": 3, "num_key_value_heads": 3}
    yield small("MixtralForCausalLM", "mixtral", tie_word_embeddings=tie, **experts)
    yield small("BertForMaskedLM", "bert", tie_word_embeddings=tie, type_vocab_size=3)
    yield small("BertForPreTraining", "bert", tie_word_embeddings=tie)


def llama_kin():
    yield small("LlamaForCausalLM", "llama", head_dim=10, num_key_value_heads=None, mlp_bias=True)
    yield small("LlamaForCausalLM", "llama", num_key_value_heads=1, tie_word_embeddings=True)
    yield small("LlamaModel", "llama", num_key_value_heads=2)
    yield small("LlamaForSequenceClassification", "llama", num_key_value_heads=2, num_labels=5)
    labels = {"id2label": {"0": "a", "1": "b", "2": "c"}, "label2id": {"a": 0, "b": 1, "c": 2}}
    yield small("LlamaForTokenClassification", "llama", num_key_value_heads=2, **labels)
    yield small("LlamaForQuestionAnswering", "llama")
    # Heads that do not divide the width: the size of a head rounds down.
    odd = {"hidden_size": 50, "num_key_value_heads": 2}
    yield small("MistralForCausalLM", "mistral", **{**odd, "sliding_window": None})
    yield small("Qwen2ForCausalLM", "qwen2", **odd)
    yield small("MistralForSequenceClassification", "mistral", num_key_value_heads=2)


def defaults():
    names = ["Llama:llama", "Mistral:mistral", "Gemma:gemma", "Gemma2:gemma2", "Qwen2:qwen2", "Qwen3:qwen3"]
    for prefix, kind in (name.split(":") for name in [*names, "Qwen2Moe:qwen2_moe", "Qwen3Moe:qwen3_moe"]):
        yield few(f"{prefix}ForCausalLM", kind, num_hidden_layers=2)
    yield few("MixtralForCausalLM", "mixtral", num_hidden_layers=1)
    yield few("DeepseekV2ForCausalLM", "deepseek_v2", num_hidden_layers=2, num_experts_per_tok=3)
    yield few("DeepseekV3ForCausalLM", "deepseek_v3", num_hidden_layers=4)
    yield few("GPTNeoXForCausalLM", "gpt_neox", num_hidden_layers=1)
    yield few("OPTForCausalLM", "opt")
    yield few("GPT2LMHeadModel", "gpt2")
    yield few("BertModel", "bert")
    yield few("ViTForImageClassification", "vit")


def experts():
    base = {"num_key_value_heads": 2, "num_experts": 6, "num_experts_per_tok": 2, "moe_intermediate_size": 20}
    shared = {**base, "shared_expert_intermediate_size": 30}
    yield small("Qwen2MoeForCausalLM", "qwen2_moe", **{**shared, "decoder_sparse_step": 2, "num_hidden_layers": 5})
    yield small("Qwen2MoeForCausalLM", "qwen2_moe", **shared, mlp_only_layers=[0, 2], qkv_bias=False)
    yield small("Qwen2MoeForCausalLM", "qwen2_moe", num_experts=0, num_experts_per_tok=2, num_key_value_heads=2)
    sparse = {"decoder_sparse_step": 3, "num_hidden_layers": 7, "head_dim": 12, "attention_bias": True}
    yield small("Qwen3MoeForCausalLM", "qwen3_moe", **{**base, **sparse})
    renamed = {("num_local_experts" if key == "num_experts" else key): value for key, value in base.items()}
    yield small("Qwen3MoeForCausalLM", "qwen3_moe", **renamed, mlp_only_layers=[1])
    yield small("Qwen3MoeForSequenceClassification", "qwen3_moe", **base, num_labels=7)


def latent():
    sizes = {"kv_lora_rank": 10, "qk_nope_head_dim": 6, "qk_rope_head_dim": 4, "v_head_dim": 8}
    routing = {"n_routed_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 20, "n_group": 2, "topk_group": 1}
    for rank in (None, 14):
        for bias in (True, False):
            keys = {**sizes, **routing, "q_lora_rank": rank, "attention_bias": bias}
            dense = {"first_k_dense_replace": 2 if bias else 0, "mlp_bias": bias, "n_shared_experts": 3}
            yield small("DeepseekV2ForCausalLM", "deepseek_v2", **keys, **dense)
            # The class does not read moe_layer_freq.
            rest = {"first_k_dense_replace": 1 if bias else 3, "n_shared_experts": 1, "moe_layer_freq": 2}
            yield small("DeepseekV3ForCausalLM", "deepseek_v3", **keys, **rest, tie_word_embeddings=bias)
    last = {**sizes, **routing, "n_shared_experts": 1, "first_k_dense_replace": 1}
    yield small("DeepseekV3ForSequenceClassification", "deepseek_v3", **last)


def tasks():
    for task in ("NextSentencePrediction", "MultipleChoice", "TokenClassification", "QuestionAnswering"):
        yield small(f"BertFor{task}", "bert", num_labels=4)
    yield small("BertModel", "bert")
    yield small("BertForSequenceClassification", "bert", num_labels=4)
    yield small("BertLMHeadModel", "bert", is_decoder=True)
    aliases = {"hidden_size": 24, "num_hidden_layers": 2, "n_head": 3, "vocab_size": 64, "max_position_embeddings": 40}
    for task in ("Model", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering"):
        yield few(f"GPT2{task}", "gpt2", **aliases, num_labels=3)
        yield small(f"GPTNeoX{task}", "gpt_neox")
    for task in ("Model", "ForSequenceClassification", "ForQuestionAnswering"):
        yield opt(f"OPT{task}", word_embed_proj_dim=20, do_layer_norm_before=False)
    for task in ("Model", "ForImageClassification"):
        oblong = {"image_size": [32, 48], "patch_size": [8, 4], "num_channels": 1, "qkv_bias": False}
        yield vit(f"ViT{task}", **oblong, num_labels=4, pooler_output_size=10)
        yield vit(f"ViT{task}", image_size=30, patch_size=8)


def build(config):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "config.json").write_text(json.dumps(config))
        loaded = transformers.AutoConfig.from_pretrained(folder)
    loaded._attn_implementation = "eager"
    loaded._experts_implementation = "batched_mm"
    with torch.device("meta"):
        return getattr(transformers, config["architectures"][0])(loaded).eval()


def inputs_of(model):
    if model.main_input_name == "pixel_values":
        size = model.config.image_size
        shape = (size, size) if isinstance(size, int) else size
        return {"pixel_values": torch.zeros(1, model.config.num_channels, *shape, device="meta")}
    # A mask of four axes is taken as it is; any other is looked into, which the meta device cannot do.
    return {
        "input_ids": torch.zeros(1, TOKENS, dtype=torch.long, device="meta"),
        "attention_mask": torch.zeros(1, 1, TOKENS, TOKENS, device="meta"),
        "position_ids": torch.zeros(1, TOKENS, dtype=torch.long, device="meta"),
    }


def macs_of(model):
    counter = FlopCounterMode(display=False)
    try:
        with counter, torch.no_grad():
            model(**inputs_of(model))
    except (RuntimeError, ValueError, TypeError):
        return None
    rotary = sum(b.numel() for name, b in model.named_buffers() if name.endswith("rotary_emb.inv_freq"))
    return counter.get_total_flops() // 2 - TOKENS * rotary


def row(config):
    model = build(config)
    macs = macs_of(model)
    return {"config": config, "params": model.num_parameters(), **({} if macs is None else {"macs": macs})}


def main():
    transformers.logging.set_verbosity_error()
    configs = [*tied_and_untied(True), *tied_and_untied(False), *llama_kin(), *defaults(), *experts(), *latent(), *tasks()]
    rows = [row(config) for config in configs]
    head = {"transformers": transformers.__version__, "torch": torch.__version__, "tokens": TOKENS}
    lines = ",\n".join(json.dumps(entry) for entry in rows)
    TARGET.write_text(f'{json.dumps(head)[:-1]}, "rows": [\n{lines}\n]}}\n')
    print(len(rows), sum("macs" not in entry for entry in rows))


if __name__ == "__main__":
    main()
