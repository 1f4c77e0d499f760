# shellcheck shell=bash disable=SC2034 # what is set here is used by the other files
# Settings and names. Nothing here starts or writes a thing.

: "${FABRIC_BIN:?the folder with the programs of build.sh}"
: "${NET:?the folder that holds the network}"
FABRIC_BIN=$(realpath "$FABRIC_BIN")
NET=$(realpath -m "$NET")
BASE_PORT=${BASE_PORT:-17050}
case $NET in *[!A-Za-z0-9/._+@-]*) echo "NET may not hold spaces or quotes: $NET" >&2; exit 2 ;; esac

# With one enrollment at a time the batch timeout is nearly all of the time from submit to commit.
# Measured on two cores: 50 ms gives 64 ms for one and 375/s for 64 callers, 100 ms 114 ms and 320/s.
BATCH_TIMEOUT=${BATCH_TIMEOUT:-50ms}
CHANNEL=identity
CHAINCODE=identity
# CONTAINERS=1: each node has a container of its own, which the others reach by the node's name (see
# compose.yaml). Otherwise all of them are processes that listen on 127.0.0.1.
CONTAINERS=${CONTAINERS:-}
LOOPBACK=127.0.0.1
LISTEN=$LOOPBACK
[ -z "$CONTAINERS" ] || LISTEN=0.0.0.0
MARK=.vouchline-network # a folder without it is not ours to empty
CRYPTO=$NET/crypto

# All nodes a network may have: which of them this one has is in its folder (see topology).
ALL_NODES=(orderer orderer1 orderer2 m0 m1 t0 t1 p0 cc-manager cc-telecom cc-partner)

say() { echo "fabric: $*"; }
die() { echo "fabric: $*" >&2; exit 1; }

# topology says which nodes the network has, in the order in which they start. What it was created
# with stays: it is in the genesis block.
topology() {
  local all_orderers=(orderer orderer1 orderer2) all_peers=(m0 m1)
  case $1 in
    new) : "${ORDERERS:=1}" "${MANAGER_PEERS:=1}" ;;
    saved)
      BASE_PORT=$(saved base_port "$BASE_PORT")
      unchanged ORDERERS "$(saved orderers 1)"
      unchanged MANAGER_PEERS "$(saved manager_peers 1)"
      ;;
  esac
  case $ORDERERS in 1 | 3) ;; *) die "ORDERERS=$ORDERERS: choose 1, or 3 of which one may die" ;; esac
  case $MANAGER_PEERS in 1 | 2) ;; *) die "MANAGER_PEERS=$MANAGER_PEERS: choose 1 or 2" ;; esac
  ORDERER_NODES=("${all_orderers[@]:0:ORDERERS}")
  MANAGERS=("${all_peers[@]:0:MANAGER_PEERS}")
  PEERS=("${MANAGERS[@]}" t0 t1)
  CHAINCODES=(cc-manager cc-telecom)
  NODES=("${ORDERER_NODES[@]}" "${PEERS[@]}" "${CHAINCODES[@]}")
  [ ! -e "$NET/partner.ready" ] || with_partner
}

# with_partner adds the organisation of add-org.sh.
with_partner() {
  case " ${PEERS[*]} " in *" p0 "*) return ;; esac
  PEERS+=(p0)
  CHAINCODES+=(cc-partner)
  NODES+=(p0 cc-partner)
}

# saved NAME DEFAULT prints a setting of the network; the default is what those had that were made
# before it was one.
saved() { cat "$NET/$1" 2>/dev/null || echo "$2"; }

unchanged() {
  [ "${!1:-$2}" = "$2" ] || die "$1=$2 since the network in $NET was created: wipe it, or choose another NET, for $1=${!1}"
  printf -v "$1" %s "$2"
}

# Every node has three ports: service, second service (admin or chaincode callback), operations.
port() {
  local offset
  case $1 in
    orderer) offset=0 ;;
    orderer1) offset=3 ;;
    orderer2) offset=6 ;;
    m0) offset=10 ;;
    m1) offset=13 ;;
    t0) offset=20 ;;
    t1) offset=30 ;;
    p0) offset=33 ;;
    cc-manager) offset=40 ;;
    cc-telecom) offset=41 ;;
    cc-partner) offset=42 ;;
  esac
  echo $((BASE_PORT + offset))
}
host() { if [ -n "$CONTAINERS" ]; then echo "$1"; else echo $LOOPBACK; fi; }
address() { echo "$(host "$1"):$(port "$1")"; }
second_port() { echo $(($(port "$1") + 1)); }
ops_port() { echo $(($(port "$1") + 2)); }
all_ports() {
  local n
  for n in "${ORDERER_NODES[@]}" "${PEERS[@]}"; do port "$n"; second_port "$n"; ops_port "$n"; done
  for n in "${CHAINCODES[@]}"; do port "$n"; done
}

# first_peers prints one peer of each organisation.
first_peers() {
  local p
  for p in "${PEERS[@]}"; do case $p in ?0) echo "$p" ;; esac; done
}
# data_dir NODE: its ledger; in a container the folder of Fabric's images.
data_dir() { if [ -n "$CONTAINERS" ]; then echo "/var/hyperledger/$1"; else echo "$NET/data/$1"; fi; }
org_of() { case $1 in m?) echo manager ;; t?) echo telecom ;; p?) echo partner ;; esac; }
msp_of() { case $1 in manager) echo Org1MSP ;; telecom) echo Org2MSP ;; partner) echo Org3MSP ;; esac; }
# The organisation that joined later brought certificates of its own.
crypto_of() { case $1 in partner) echo "$NET/partner" ;; *) echo "$CRYPTO" ;; esac; }
org_dir() { echo "$(crypto_of "$1")/peerOrganizations/$1.test"; }
# hostname_of NODE: its name in its organisation's certificates.
hostname_of() {
  case $1 in
    orderer) echo orderer0 ;;
    orderer?) echo "$1" ;;
    cc-*) echo "${1#cc-}" ;;
    *) echo "peer${1#?}" ;;
  esac
}
peer_host() { echo "$(hostname_of "$1").$(org_of "$1").test"; }
peer_dir() { echo "$(org_dir "$(org_of "$1")")/peers/$(peer_host "$1")"; }
user_dir() { echo "$(org_dir "$1")/users/$2@$1.test"; } # user_dir ORG Admin|User1
ORDERER_ORG=$CRYPTO/ordererOrganizations/orderer.test
ORDERER_CA=$ORDERER_ORG/tlsca/tlsca.orderer.test-cert.pem
orderer_dir() { echo "$ORDERER_ORG/orderers/$(hostname_of "$1").orderer.test"; }
# The chaincode services' TLS certificates come from an authority of their own, which no MSP of the
# channel trusts: whoever takes over such a process can endorse nothing with its key.
cc_org() { echo "$(crypto_of "$1")/peerOrganizations/chaincode.test"; }
cc_ca() { echo "$(cc_org "$1")/tlsca/tlsca.chaincode.test-cert.pem"; }
cc_tls() { echo "$(cc_org "$1")/peers/$1.chaincode.test/tls"; }
