# shellcheck shell=bash
# Processes and the folder they live in.

# claim marks NET as ours, and refuses a folder that holds something else.
claim() {
  [ -e "$NET/$MARK" ] && return 0
  [ -z "$(ls -A "$NET")" ] || die "$NET is neither empty nor a network of this script"
  : >"$NET/$MARK"
}

# lock keeps two runs of this script from working on the same network.
lock() {
  exec 9>"$NET/$MARK"
  flock -w 120 9 || die "another run holds $NET"
}

clear_net() { find "$NET" -mindepth 1 -maxdepth 1 ! -name "$MARK" -exec rm -rf {} +; }

# pid_of NAME prints the node's process id if it runs. The id in the file may since have gone to a
# stranger, and a run that was killed may not have written it, so what counts is this network's name
# in the process's environment.
pid_of() {
  local pid tag=VOUCHLINE_NODE=$NET/$1
  pid=$(cat "$NET/run/$1.pid" 2>/dev/null) || pid=none
  if ! grep -qszxF "$tag" "/proc/$pid/environ"; then
    pid=$(grep -lszxF "$tag" /proc/[0-9]*/environ | head -n 1 | cut -d / -f 3)
    [ -n "$pid" ] || return 1
    echo "$pid" >"$NET/run/$1.pid"
  fi
  echo "$pid"
}

# spawn NAME COMMAND... starts a node in its own session, so that Ctrl-C at the terminal reaches
# only who started us and decides when to call down.
spawn() {
  local name=$1 log=$NET/log/$1.log
  shift
  # A peer whose chaincode is down writes thousands of lines a second.
  if [ "$(stat -c %s "$log" 2>/dev/null || echo 0)" -gt 16777216 ]; then mv "$log" "$log.1"; fi
  VOUCHLINE_NODE=$NET/$name setsid "$@" >>"$log" 2>&1 </dev/null 9>&- &
  echo $! >"$NET/run/$name.pid"
}

stop_all() {
  mkdir -p "$NET/run"
  local name pid
  local -A left=()
  for name in "${ALL_NODES[@]}"; do
    if pid=$(pid_of "$name"); then
      left[$name]=$pid
      kill "$pid" 2>/dev/null || true
    fi
  done
  local deadline=$((SECONDS + 8))
  while [ ${#left[@]} -gt 0 ]; do
    for name in "${!left[@]}"; do
      if ! pid_of "$name" >/dev/null; then
        unset "left[$name]"
      elif [ $SECONDS -ge $deadline ]; then
        kill -9 "${left[$name]}" 2>/dev/null || true
      fi
    done
    [ ${#left[@]} -eq 0 ] || sleep 0.05
  done
  rm -f "$NET"/run/*.pid
}

# until_ok SECONDS WHAT COMMAND... polls until the command succeeds.
until_ok() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $deadline ] || die "$what: not within the time allowed; see $NET/log"
    sleep 0.05
  done
}

# opened NAME PORT: the port accepts connections. A node that died ends the whole run.
opened() {
  if (exec 3<>"/dev/tcp/$(host "$1")/$2") 2>/dev/null; then return 0; fi
  [ -z "$CONTAINERS" ] || return 1
  kill -0 "$(cat "$NET/run/$1.pid")" 2>/dev/null || { tail -n 5 "$NET/log/$1.log" >&2; die "$1 died"; }
  return 1
}

# http NAME PATH prints what the node's operations endpoint answers.
http() {
  (
    exec 3<>"/dev/tcp/$(host "$1")/$(ops_port "$1")"
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
    cat <&3
  ) 2>/dev/null
}

healthy() { opened "$1" "$(ops_port "$1")" && http "$1" /healthz | grep -q '^HTTP/1.. 200'; }

# elected: the orderers have a leader and each has heard of it, so any of them takes transactions.
elected() {
  local name metrics leaders=0
  for name in "${ORDERER_NODES[@]}"; do
    metrics=$(http "$name" /metrics) || return 1
    grep -q "^consensus_etcdraft_leader_changes{.*channel=\"$CHANNEL\".*} [1-9]" <<<"$metrics" || return 1
    if grep -q "^consensus_etcdraft_is_leader{.*channel=\"$CHANNEL\".*} 1" <<<"$metrics"; then
      leaders=$((leaders + 1))
    fi
  done
  [ $leaders -gt 0 ]
}

ports_free() {
  local p
  for p in $(all_ports); do
    if (exec 3<>"/dev/tcp/$LOOPBACK/$p") 2>/dev/null; then
      echo "fabric: port $p of $LOOPBACK is taken; choose another BASE_PORT" >&2
      exit 3
    fi
  done
}

# The ports and the consenters are in the genesis block, the peers have their certificates.
save_settings() {
  mkdir -p "$NET/run" "$NET/log" "$NET/cfg" "$NET/data"
  echo "$BASE_PORT" >"$NET/base_port"
  echo "$ORDERERS" >"$NET/orderers"
  echo "$MANAGER_PEERS" >"$NET/manager_peers"
}
