# shellcheck shell=bash
# The files that Fabric's programs and our clients read; sourced by network.sh.

# render_nodes is done at every start, so that a network follows its scripts, and its folder if that
# was moved. The channel's own configuration is in its blocks since the first start.
render_nodes() {
  local p
  mkdir -p "$NET/builder/bin"
  for p in "${ORDERER_NODES[@]}"; do
    mkdir -p "$NET/cfg/$p"
    render_orderer "$p" >"$NET/cfg/$p/orderer.yaml"
  done
  for p in "${PEERS[@]}"; do
    mkdir -p "$NET/cfg/$p"
    render_peer "$p" >"$NET/cfg/$p/core.yaml"
  done
  cp "$SCRIPTS"/builder/* "$NET/builder/bin/"
  chmod 700 "$NET"/builder/bin/*
}

render_crypto() {
  cat <<Y
OrdererOrgs:
  - {Name: Orderer, Domain: orderer.test, EnableNodeOUs: true, Template: {Hostname: "orderer{{.Index}}", Count: $ORDERERS, SANS: [localhost, $HOST]}}
PeerOrgs:
  - {Name: Manager, Domain: manager.test, EnableNodeOUs: true, Template: {Count: $MANAGER_PEERS, SANS: [localhost, $HOST]}, Users: {Count: 1}}
  - {Name: Telecom, Domain: telecom.test, EnableNodeOUs: true, Template: {Count: 2, SANS: [localhost, $HOST]}, Users: {Count: 1}}
  - Name: Chaincode
    Domain: chaincode.test
    Specs: [{Hostname: manager, SANS: [localhost, $HOST]}, {Hostname: telecom, SANS: [localhost, $HOST]}]
Y
}

# Who may do what on the channel. Four layers keep org2 from writing:
#   1. Endorsement: a write needs the signature of an org1 peer.
#   2. org2's Writers: its clients' transactions are refused by the orderer. Its administrator is
#      left in, only to send org2's approval of a new contract.
#   3. The contract refuses every caller that is not Org1MSP, that administrator included.
#   4. LifecycleEndorsement: another contract needs both organisations.
render_configtx() {
  cat <<Y
Profiles:
  Net:
    Capabilities: {V3_0: true}
    Policies: &ordinary
      Readers: {Type: ImplicitMeta, Rule: "ANY Readers"}
      Writers: {Type: ImplicitMeta, Rule: "ANY Writers"}
      Admins:  {Type: ImplicitMeta, Rule: "MAJORITY Admins"}
    Orderer:
      OrdererType: etcdraft
      BatchTimeout: $BATCH_TIMEOUT
      BatchSize: {MaxMessageCount: 500, AbsoluteMaxBytes: 10 MB, PreferredMaxBytes: 2 MB}
      EtcdRaft:
        Consenters:
$(for n in "${ORDERER_NODES[@]}"; do
    tls=$(orderer_dir "$n")/tls/server.crt
    echo "          - {Host: $HOST, Port: $(port "$n"), ClientTLSCert: $tls, ServerTLSCert: $tls}"
  done)
        # how long a dead leader stays unnoticed: ElectionTick to twice that many ticks
        Options: {TickInterval: 100ms, ElectionTick: 5, HeartbeatTick: 1, MaxInflightBlocks: 5, SnapshotIntervalSize: 16 MB}
      Capabilities: {V2_0: true}
      Policies:
        <<: *ordinary
        BlockValidation: {Type: ImplicitMeta, Rule: "ANY Writers"}
      Organizations:
        - Name: OrdererOrg
          ID: OrdererMSP
          MSPDir: $ORDERER_ORG/msp
          Policies:
            Readers: {Type: Signature, Rule: "OR('OrdererMSP.member')"}
            Writers: {Type: Signature, Rule: "OR('OrdererMSP.member')"}
            Admins:  {Type: Signature, Rule: "OR('OrdererMSP.admin')"}
          OrdererEndpoints: [$(for n in "${ORDERER_NODES[@]}"; do printf '"%s:%s",' "$HOST" "$(port "$n")"; done)]
    Application:
      Capabilities: {V2_5: true}
      ACLs:
        # a query is a proposal too: without this line who may not write could not read either
        peer/Propose: /Channel/Application/Readers
      Policies:
        <<: *ordinary
        Endorsement: {Type: Signature, Rule: "OR('Org1MSP.peer')"}
        LifecycleEndorsement: {Type: ImplicitMeta, Rule: "MAJORITY Endorsement"}
      Organizations:
$(
    # org1's administrator and clients write; of the others only the administrators, see above
    render_org manager "OR('Org1MSP.admin','Org1MSP.client')" m0 m1
    render_org telecom "OR('Org2MSP.admin')" t0
  )
Y
}

# render_org ORG WRITERS ANCHORS... is one organisation of the channel.
render_org() {
  local msp
  msp=$(msp_of "$1")
  cat <<Y
        - Name: ${msp%MSP}
          ID: $msp
          MSPDir: $(org_dir "$1")/msp
          AnchorPeers: [$(anchors "${@:3}")]
          Policies:
            Readers: {Type: Signature, Rule: "OR('$msp.member')"}
            Writers: {Type: Signature, Rule: "$2"}
            Admins:  {Type: Signature, Rule: "OR('$msp.admin')"}
            Endorsement: {Type: Signature, Rule: "OR('$msp.peer')"}
Y
}

# anchors PEERS... lists those that this network has: through them the organisations find each other.
anchors() {
  local p
  for p in "${PEERS[@]}"; do
    case " $* " in *" $p "*) printf '{Host: %s, Port: %s},' "$HOST" "$(port "$p")" ;; esac
  done
}

# The sealed attributes of identities: org1's peers hold them, the channel holds their hash.
#   requiredPeerCount 0  a lone peer may endorse; several hand the data to up to maxPeerCount
#                        others at once, and who missed it fetches it when the block comes
#   blockToLive 0        kept until the contract purges it
#   memberOnly*          the contract refuses other organisations too; the peer does so before it
render_collections() {
  cat <<J
[{
  "name": "attributes", "policy": "OR('Org1MSP.member')",
  "requiredPeerCount": 0, "maxPeerCount": 3, "blockToLive": 0,
  "memberOnlyRead": true, "memberOnlyWrite": true
}]
J
}

render_orderer() {
  local dir tls
  dir=$(orderer_dir "$1")
  tls="PrivateKey: $dir/tls/server.key, Certificate: $dir/tls/server.crt, RootCAs: [$dir/tls/ca.crt]"
  cat <<Y
General:
  ListenAddress: $HOST
  ListenPort: $(port "$1")
  LocalMSPID: OrdererMSP
  LocalMSPDir: $dir/msp
  Keepalive: {ServerMinInterval: 30s, ServerInterval: 7200s, ServerTimeout: 20s}
  BCCSP: {Default: SW, SW: {Hash: SHA2, Security: 256}}
  TLS: {Enabled: true, $tls}
FileLedger: {Location: $NET/data/$1}
Consensus: {WALDir: $NET/data/$1/wal, SnapDir: $NET/data/$1/snap}
ChannelParticipation: {Enabled: true, MaxRequestBodySize: 1 MB}
Admin:
  ListenAddress: $HOST:$(second_port "$1")
  TLS: {Enabled: true, ClientAuthRequired: true, ClientRootCAs: [$dir/tls/ca.crt], $tls}
Operations: {ListenAddress: "$HOST:$(ops_port "$1")"}
Metrics: {Provider: prometheus} # how we see that it leads
Y
}

# sibling PEER prints another peer of its organisation, or itself when it is the only one.
sibling() {
  local p
  for p in "${PEERS[@]}"; do
    if [ "$p" != "$1" ] && [ "$(org_of "$p")" = "$(org_of "$1")" ]; then
      echo "$p"
      return
    fi
  done
  echo "$1"
}

render_peer() {
  local dir bootstrap
  dir=$(peer_dir "$1")
  bootstrap=$(sibling "$1")
  cat <<Y
peer:
  id: $(peer_host "$1")
  networkId: vouchline
  listenAddress: $HOST:$(port "$1")
  address: $HOST:$(port "$1")
  chaincodeListenAddress: $HOST:$(second_port "$1")
  localMspId: $(msp_of "$(org_of "$1")")
  mspConfigPath: $dir/msp
  fileSystemPath: $NET/data/$1
  keepalive:
    interval: 7200s
    timeout: 20s
    minInterval: 30s
    client: {interval: 60s, timeout: 20s}
    deliveryClient: {interval: 60s, timeout: 20s}
  gateway: {enabled: true, endorsementTimeout: 10s, broadcastTimeout: 10s, dialTimeout: 5s}
  gossip:
    bootstrap: $HOST:$(port "$bootstrap")
    endpoint: $HOST:$(port "$1")
    externalEndpoint: $HOST:$(port "$1")
    useLeaderElection: false
    orgLeader: true
    state: {enabled: false}
    reconnectInterval: 3s # 25s by default: how long organisations would not see each other after a start
    pvtData:
      transientstoreMaxBlockRetention: 20000
      pushAckTimeout: 3s
      btlPullMargin: 10
      pullRetryThreshold: 5s
      reconciliationEnabled: true
      reconcileBatchSize: 10
      reconcileSleepInterval: 1m
      implicitCollectionDisseminationPolicy: {requiredPeerCount: 0, maxPeerCount: 1}
  tls:
    enabled: true
    cert: {file: $dir/tls/server.crt}
    key: {file: $dir/tls/server.key}
    rootcert: {file: $dir/tls/ca.crt}
  BCCSP: {Default: SW, SW: {Hash: SHA2, Security: 256}}
  authentication: {timewindow: 15m}
  client: {connTimeout: 3s}
  deliveryclient:
    blockGossipEnabled: false
    reconnectTotalTimeThreshold: 3600s
    connTimeout: 3s
    reConnectBackoffThreshold: 1s # an hour by default: how long a peer may stay behind after the orderer was away
  handlers:
    authFilters: [{name: DefaultAuth}, {name: ExpirationCheck}, {name: TimeWindowCheck}]
    decorators: [{name: DefaultDecorator}]
    endorsers: {escc: {name: DefaultEndorsement}}
    validators: {vscc: {name: DefaultValidation}}
  discovery: {enabled: true, authCacheEnabled: true, authCacheMaxSize: 1000, authCachePurgeRetentionRatio: 0.75}
  limits: {concurrency: {endorserService: 2500, deliverService: 2500, gatewayService: 500}}
chaincode:
  externalBuilders:
    - name: ccaas
      path: $NET/builder
      propagateEnvironment: [CHAINCODE_ADDRESS, CHAINCODE_ROOT, CHAINCODE_CLIENT_KEY, CHAINCODE_CLIENT_CERT]
  installTimeout: 30s
  startuptimeout: 30s
  executetimeout: 30s
  mode: net
  system: {_lifecycle: enable, cscc: enable, lscc: enable, qscc: enable}
  runtimeParams: {useWriteBatch: true, maxSizeWriteBatch: 1000, useGetMultipleKeys: true, maxSizeGetMultipleKeys: 1000}
ledger:
  state: {stateDatabase: goleveldb, totalQueryLimit: 100000}
  history: {enableHistoryDatabase: true}
  pvtdataStore: {purgeInterval: 100, collElgProcMaxDbBatchSize: 5000, collElgProcDbBatchesInterval: 1000, deprioritizedDataReconcilerInterval: 60m, purgedKeyAuditLogging: true}
operations: {listenAddress: "$HOST:$(ops_port "$1")"}
metrics: {provider: disabled}
Y
}

# write_profiles tells each organisation's client where its peers are and who it is there. Paths are
# relative to the profile, so the folder can be mounted elsewhere.
write_profiles() {
  profile manager >"$NET/org1.json.new"
  profile telecom >"$NET/org2.json.new"
  mv "$NET/org1.json.new" "$NET/org1.json"
  mv "$NET/org2.json.new" "$NET/org2.json"
  if [ -e "$NET/partner.ready" ]; then
    profile partner >"$NET/org3.json.new"
    mv "$NET/org3.json.new" "$NET/org3.json"
  fi
}

profile() {
  local org=$1 msp node peers=()
  msp=$(user_dir "$org" User1)/msp
  for node in "${PEERS[@]}"; do
    [ "$(org_of "$node")" != "$org" ] || peers+=("$(profile_peer "$node")")
  done
  cat <<J
{
  "peers": [
$(printf '%s\n' "${peers[@]}" | sed '$!s/$/,/')
  ],
  "msp_id": "$(msp_of "$org")",
  "certificate": "$(beside_profile "$msp"/signcerts/*.pem)",
  "key": "$(beside_profile "$msp"/keystore/*)",
  "channel": "$CHANNEL",
  "chaincode": "$CHAINCODE"
}
J
}

profile_peer() {
  printf '    {"address": "%s", "server_name": "%s", "tls_ca": "%s"}' \
    "$HOST:$(port "$1")" "$(peer_host "$1")" "$(beside_profile "$(peer_dir "$1")/tls/ca.crt")"
}
beside_profile() { realpath --relative-to="$NET" "$1"; }
