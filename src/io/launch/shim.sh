#!/bin/sh
# Runs one attempt of a trial: shim.sh ATTEMPT_FOLDER COMMAND [ARGUMENT...]
#
# Writes started.json, touches heartbeat twice a second, keeps stdout and stderr, passes TERM, INT and USR1 on to the
# command's process group, and publishes exit.json by rename. A file `stop` in the trial's folder asks the command to
# stop (TERM); an attempt with a higher number ends this one (KILL), so that no two attempts of a trial write.
set -u
attempt=$1
shift
cd "$attempt" || exit 1
number=${PWD##*/attempt-}

newer_exists() {
  for other in ../attempt-*; do
    [ "${other##*/attempt-}" -gt "$number" ] 2>/dev/null && return 0
  done
  return 1
}

# Field 22 of /proc/PID/stat is the start time; the command's name before it may hold spaces, so it is cut off first.
start_time() {
  [ -r "/proc/$1/stat" ] && sed 's/^.*) //' "/proc/$1/stat" | cut -d ' ' -f 20
}

publish() {
  printf '%s\n' "$2" >".$1.tmp" && mv ".$1.tmp" "$1"
}

newer_exists && exit 1
ticks=$(start_time $$)
publish started.json "{\"pid\":$$,\"startTicks\":${ticks:-0},\"host\":\"$(uname -n)\"}"

# A session of its own, where the system has the tool for it, so that a signal reaches all that the command starts.
if command -v setsid >/dev/null 2>&1; then
  setsid "$@" >stdout 2>stderr </dev/null &
  group=-
else
  "$@" >stdout 2>stderr </dev/null &
  group=
fi
child=$!
tell() {
  kill -s "$1" -- "$group$child" 2>/dev/null
}
trap 'tell TERM' TERM INT USR1

(
  asked=
  while kill -0 "$child" 2>/dev/null; do
    : >heartbeat
    newer_exists && tell KILL
    if [ -z "$asked" ] && [ -e ../stop ]; then
      # The command's group may not stand yet: asked again until it hears.
      tell TERM && asked=1
    fi
    sleep 0.5
  done
) >/dev/null 2>&1 &
watcher=$!

wait "$child"
code=$?
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
kill "$watcher" 2>/dev/null

if [ "$code" -gt 128 ]; then
  publish exit.json "{\"code\":null,\"signal\":\"$(kill -l $((code - 128)) 2>/dev/null)\",\"reason\":\"killed\"}"
else
  case $code in
    0) reason=done ;;
    75) reason=resume ;;
    76) reason=diverged ;;
    *) reason=failed ;;
  esac
  publish exit.json "{\"code\":$code,\"signal\":null,\"reason\":\"$reason\"}"
fi
