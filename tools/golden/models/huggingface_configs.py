"""Configurations of the golden Hugging Face files: the keys and values that the model's own published config.json carries.

`full` is such a file; `few` leaves nearly everything to the class's defaults; `small` is a size that a test can build.
"""

LLAMA_3_ROPE = {
    "factor": 32.0,
    "high_freq_factor": 4.0,
    "low_freq_factor": 1.0,
    "original_max_position_embeddings": 8192,
    "rope_type": "llama3",
}


def gpt2(width, depth, heads, **more):
    base = {"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2"}
    sizes = {"n_ctx": 1024, "n_embd": width, "n_head": heads, "n_layer": depth, "n_positions": 1024, "vocab_size": 50257}
    return {**base, **sizes, "layer_norm_epsilon": 1e-05, **more}


def neox(width, depth, heads, vocab, **more):
    return {
        "architectures": ["GPTNeoXForCausalLM"],
        "hidden_act": "gelu",
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "layer_norm_eps": 1e-05,
        "max_position_embeddings": 2048,
        "model_type": "gpt_neox",
        "num_attention_heads": heads,
        "num_hidden_layers": depth,
        "rotary_emb_base": 10000,
        "rotary_pct": 0.25,
        "tie_word_embeddings": False,
        "torch_dtype": "float16",
        "use_parallel_residual": True,
        "vocab_size": vocab,
        **more,
    }


def opt(width, depth, heads, embed, norm_before):
    return {
        "_remove_final_layer_norm": False,
        "activation_function": "relu",
        "architectures": ["OPTForCausalLM"],
        "do_layer_norm_before": norm_before,
        "ffn_dim": 4 * width,
        "hidden_size": width,
        "max_position_embeddings": 2048,
        "model_type": "opt",
        "num_attention_heads": heads,
        "num_hidden_layers": depth,
        "vocab_size": 50272,
        "word_embed_proj_dim": embed,
    }


def decoder(kind, architecture, width, depth, heads, kv_heads, ff, vocab, **more):
    """The keys that LLaMA's file began and most others follow."""
    return {
        "architectures": [architecture],
        "hidden_act": "silu",
        "hidden_size": width,
        "intermediate_size": ff,
        "max_position_embeddings": 4096,
        "model_type": kind,
        "num_attention_heads": heads,
        "num_hidden_layers": depth,
        "num_key_value_heads": kv_heads,
        "rms_norm_eps": 1e-05,
        "rope_theta": 10000.0,
        "torch_dtype": "bfloat16",
        "vocab_size": vocab,
        **more,
    }


def llama(*sizes, **more):
    return decoder("llama", "LlamaForCausalLM", *sizes, **{"tie_word_embeddings": False, **more})


def mistral(*sizes, **more):
    return decoder("mistral", "MistralForCausalLM", *sizes, **{"tie_word_embeddings": False, **more})


def gemma(*sizes, head, **more):
    act = {"hidden_act": "gelu", "hidden_activation": None, "head_dim": head}
    return decoder("gemma", "GemmaForCausalLM", *sizes, 256000, **act, **more)


def gemma2(*sizes, head, **more):
    own = {"attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0, "sliding_window": 4096}
    act = {"hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu_pytorch_tanh", "head_dim": head}
    return decoder("gemma2", "Gemma2ForCausalLM", *sizes, 256000, **own, **act, **more)


def qwen2(*sizes, tied):
    window = {"max_window_layers": 21, "sliding_window": 32768, "use_sliding_window": False}
    return decoder("qwen2", "Qwen2ForCausalLM", *sizes, tie_word_embeddings=tied, **window)


def qwen3(*sizes, tied):
    own = {"attention_bias": False, "head_dim": 128, "max_window_layers": sizes[1], "sliding_window": None}
    return decoder("qwen3", "Qwen3ForCausalLM", *sizes, 151936, tie_word_embeddings=tied, use_sliding_window=False, **own)


QWEN_MOE = {"decoder_sparse_step": 1, "norm_topk_prob": False, "output_router_logits": False, "tie_word_embeddings": False}
QWEN1_5_MOE = decoder(
    "qwen2_moe",
    "Qwen2MoeForCausalLM",
    *(2048, 24, 16, 16, 5632, 151936),
    **QWEN_MOE,
    moe_intermediate_size=1408,
    shared_expert_intermediate_size=5632,
    num_experts=60,
    num_experts_per_tok=4,
    sliding_window=32768,
    use_sliding_window=False,
)
QWEN3_MOE = decoder(
    "qwen3_moe",
    "Qwen3MoeForCausalLM",
    *(2048, 48, 32, 4, 6144, 151936),
    **{**QWEN_MOE, "norm_topk_prob": True},
    head_dim=128,
    attention_bias=False,
    mlp_only_layers=[],
    moe_intermediate_size=768,
    num_experts=128,
    num_experts_per_tok=8,
)
MIXTRAL = decoder(
    "mixtral",
    "MixtralForCausalLM",
    *(4096, 32, 32, 8, 14336, 32000),
    num_experts_per_tok=2,
    num_local_experts=8,
    router_aux_loss_coef=0.02,
    sliding_window=None,
    tie_word_embeddings=False,
)


def deepseek(kind, architecture, width, depth, heads, ff, vocab, **more):
    base = {"attention_bias": False, "moe_layer_freq": 1, "n_group": 1, "topk_group": 1, "tie_word_embeddings": False}
    latent = {"kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128}
    return decoder(kind, architecture, width, depth, heads, heads, ff, vocab, **{**base, **latent, **more})


DEEPSEEK_V2_LITE = deepseek(
    "deepseek_v2",
    "DeepseekV2ForCausalLM",
    *(2048, 27, 16, 10944, 102400),
    first_k_dense_replace=1,
    moe_intermediate_size=1408,
    n_routed_experts=64,
    n_shared_experts=2,
    num_experts_per_tok=6,
    q_lora_rank=None,
    scoring_func="softmax",
    topk_method="greedy",
)
DEEPSEEK_V2 = deepseek(
    "deepseek_v2",
    "DeepseekV2ForCausalLM",
    *(5120, 60, 128, 12288, 102400),
    first_k_dense_replace=1,
    moe_intermediate_size=1536,
    n_group=8,
    n_routed_experts=160,
    n_shared_experts=2,
    num_experts_per_tok=6,
    q_lora_rank=1536,
    scoring_func="softmax",
    topk_group=3,
    topk_method="group_limited_greedy",
)
DEEPSEEK_V3 = deepseek(
    "deepseek_v3",
    "DeepseekV3ForCausalLM",
    *(7168, 61, 128, 18432, 129280),
    first_k_dense_replace=3,
    moe_intermediate_size=2048,
    n_group=8,
    n_routed_experts=256,
    n_shared_experts=1,
    num_experts_per_tok=8,
    num_nextn_predict_layers=1,
    q_lora_rank=1536,
    quantization_config={"fmt": "e4m3", "quant_method": "fp8", "weight_block_size": [128, 128]},
    scoring_func="sigmoid",
    topk_group=4,
    topk_method="noaux_tc",
)


def bert(architecture, width=768, depth=12, heads=12, **more):
    return {
        "architectures": [architecture],
        "hidden_act": "gelu",
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512,
        "model_type": "bert",
        "num_attention_heads": heads,
        "num_hidden_layers": depth,
        "position_embedding_type": "absolute",
        "type_vocab_size": 2,
        "vocab_size": 30522,
        **more,
    }


def vit(architecture, width=768, depth=12, heads=12, patch=16, **more):
    return {
        "architectures": [architecture],
        "hidden_act": "gelu",
        "hidden_size": width,
        "image_size": 224,
        "intermediate_size": 4 * width,
        "layer_norm_eps": 1e-12,
        "model_type": "vit",
        "num_attention_heads": heads,
        "num_channels": 3,
        "num_hidden_layers": depth,
        "patch_size": patch,
        "qkv_bias": True,
        **more,
    }


def labels(count):
    """As these files carry their classes: no key says how many there are."""
    return {"id2label": {str(i): f"LABEL_{i}" for i in range(count)}, "label2id": {f"LABEL_{i}": i for i in range(count)}}


def convnext(depths, widths, **more):
    return {
        "architectures": ["ConvNextForImageClassification"],
        "depths": depths,
        "hidden_act": "gelu",
        "hidden_sizes": widths,
        "image_size": 224,
        "layer_norm_eps": 1e-12,
        "layer_scale_init_value": 1e-06,
        "model_type": "convnext",
        "num_channels": 3,
        "num_stages": 4,
        "patch_size": 4,
        **more,
    }


def resnet(layer_type, depths, widths, **more):
    return {
        "architectures": ["ResNetForImageClassification"],
        "depths": depths,
        "downsample_in_first_stage": False,
        "embedding_size": 64,
        "hidden_act": "relu",
        "hidden_sizes": widths,
        "layer_type": layer_type,
        "model_type": "resnet",
        "num_channels": 3,
        **more,
    }


CONFIGS = {
    "gpt2": gpt2(768, 12, 12),
    "gpt2-xl": gpt2(1600, 48, 25),
    "gpt2-few": {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_layer": 6},
    "gpt2-small-wide-ff": gpt2(96, 3, 4, n_inner=256, n_positions=128, n_ctx=128, vocab_size=1000),
    "pythia-160m": neox(768, 12, 12, 50304),
    "pythia-6.9b": neox(4096, 32, 32, 50432),
    "opt-125m": opt(768, 12, 12, 768, True),
    "opt-350m": opt(1024, 24, 16, 512, False),
    "llama-2-7b": llama(4096, 32, 32, 32, 11008, 32000, pretraining_tp=1, rope_scaling=None),
    "llama-3-8b": llama(4096, 32, 32, 8, 14336, 128256, rope_theta=500000.0, max_position_embeddings=8192),
    "llama-3.2-1b": llama(
        *(2048, 16, 32, 8, 8192, 128256),
        attention_bias=False,
        head_dim=64,
        mlp_bias=False,
        rope_scaling=LLAMA_3_ROPE,
        rope_theta=500000.0,
        tie_word_embeddings=True,
    ),
    "llama-few": {"architectures": ["LlamaForCausalLM"], "hidden_size": 1024, "model_type": "llama", "num_attention_heads": 16},
    "llama-small-biases": llama(128, 3, 8, 2, 336, 512, attention_bias=True, mlp_bias=True, max_position_embeddings=256),
    "mistral-7b": mistral(4096, 32, 32, 8, 14336, 32000, sliding_window=4096),
    "mistral-nemo-12b": mistral(5120, 40, 32, 8, 14336, 131072, head_dim=128, rope_theta=1000000.0, sliding_window=None),
    "mistral-few": {"architectures": ["MistralForCausalLM"], "model_type": "mistral", "num_hidden_layers": 8},
    "mixtral-8x7b": MIXTRAL,
    "gemma-2b": gemma(2048, 18, 8, 1, 16384, head=256),
    "gemma-7b": gemma(3072, 28, 16, 16, 24576, head=256),
    "gemma-2-2b": gemma2(2304, 26, 8, 4, 9216, head=256, query_pre_attn_scalar=256),
    "gemma-2-9b": gemma2(3584, 42, 16, 8, 14336, head=256, query_pre_attn_scalar=256),
    "qwen2.5-0.5b": qwen2(896, 24, 14, 2, 4864, 151936, tied=True),
    "qwen2.5-7b": qwen2(3584, 28, 28, 4, 18944, 152064, tied=False),
    "qwen3-0.6b": qwen3(1024, 28, 16, 8, 3072, tied=True),
    "qwen3-8b": qwen3(4096, 36, 32, 8, 12288, tied=False),
    "qwen1.5-moe-a2.7b": QWEN1_5_MOE,
    "qwen3-30b-a3b": QWEN3_MOE,
    "deepseek-v2-lite": DEEPSEEK_V2_LITE,
    "deepseek-v2": DEEPSEEK_V2,
    "deepseek-v3": DEEPSEEK_V3,
    "bert-base": bert("BertForMaskedLM"),
    "bert-large-encoder": bert("BertModel", 1024, 24, 16),
    "bert-classifier": bert("BertForSequenceClassification", 256, 4, 4, **labels(3)),
    "vit-base-16": vit("ViTForImageClassification", **labels(1000)),
    "vit-large-32-encoder": vit("ViTModel", 1024, 24, 16, 32),
    "convnext-tiny": convnext([3, 3, 9, 3], [96, 192, 384, 768], **labels(1000)),
    "resnet-18": resnet("basic", [2, 2, 2, 2], [64, 128, 256, 512], num_labels=1000),
    "resnet-50": resnet("bottleneck", [3, 4, 6, 3], [256, 512, 1024, 2048], num_labels=1000, downsample_in_bottleneck=False),
    "resnet-few": {"architectures": ["ResNetForImageClassification"], "model_type": "resnet"},
}
# Written again by transformers itself, in the form of its release: rope_parameters, dtype, layer_types.
SAVED = ["gpt2", "pythia-160m", "llama-3.2-1b", "gemma-2-2b", "qwen3-0.6b", "mixtral-8x7b", "deepseek-v3", "bert-base", "resnet-50"]
