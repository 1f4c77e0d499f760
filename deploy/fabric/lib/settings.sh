# shellcheck shell=bash disable=SC2034 # what is set here is used by the other files
# Settings and names; sourced by network.sh. Nothing here starts or writes a thing.

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
HOST=127.0.0.1
MARK=.vouchline-network # a folder without it is not ours to empty
CRYPTO=$NET/crypto

# In the order in which they start.
NODES=(orderer m0 t0 t1 cc-manager cc-telecom)
PEERS=(m0 t0 t1)

say() { echo "fabric: $*"; }
die() { echo "fabric: $*" >&2; exit 1; }

# Every node has three ports: service, second service (admin or chaincode callback), operations.
port() {
  case $1 in
    orderer) echo $((BASE_PORT)) ;;
    m0) echo $((BASE_PORT + 10)) ;;
    t0) echo $((BASE_PORT + 20)) ;;
    t1) echo $((BASE_PORT + 30)) ;;
    cc-manager) echo $((BASE_PORT + 40)) ;;
    cc-telecom) echo $((BASE_PORT + 41)) ;;
  esac
}
second_port() { echo $(($(port "$1") + 1)); }
ops_port() { echo $(($(port "$1") + 2)); }
all_ports() {
  local n
  for n in orderer "${PEERS[@]}"; do port "$n"; second_port "$n"; ops_port "$n"; done
  port cc-manager
  port cc-telecom
}

org_of() { case $1 in m0) echo manager ;; *) echo telecom ;; esac; }
msp_of() { case $1 in manager) echo Org1MSP ;; telecom) echo Org2MSP ;; esac; }
org_dir() { echo "$CRYPTO/peerOrganizations/$1.test"; }
peer_host() { case $1 in t1) echo "peer1.telecom.test" ;; *) echo "peer0.$(org_of "$1").test" ;; esac; }
peer_dir() { echo "$(org_dir "$(org_of "$1")")/peers/$(peer_host "$1")"; }
user_dir() { echo "$(org_dir "$1")/users/$2@$1.test"; } # user_dir ORG Admin|User1
ORDERER_ORG=$CRYPTO/ordererOrganizations/orderer.test
ORDERER_DIR=$ORDERER_ORG/orderers/orderer0.orderer.test
ORDERER_CA=$ORDERER_ORG/tlsca/tlsca.orderer.test-cert.pem
# The chaincode services' TLS certificates come from an authority of their own, which no MSP of the
# channel trusts: whoever takes over such a process can endorse nothing with its key.
CC_ORG=$CRYPTO/peerOrganizations/chaincode.test
CC_CA=$CC_ORG/tlsca/tlsca.chaincode.test-cert.pem
cc_tls() { echo "$CC_ORG/peers/$1.chaincode.test/tls"; } # cc_tls ORG
