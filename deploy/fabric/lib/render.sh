# shellcheck shell=bash
# The files that Fabric's nodes read.

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

render_orderer() {
  local dir tls
  dir=$(orderer_dir "$1")
  tls="PrivateKey: $dir/tls/server.key, Certificate: $dir/tls/server.crt, RootCAs: [$dir/tls/ca.crt]"
  cat <<Y
General:
  ListenAddress: $LISTEN
  ListenPort: $(port "$1")
  LocalMSPID: OrdererMSP
  LocalMSPDir: $dir/msp
  Keepalive: {ServerMinInterval: 30s, ServerInterval: 7200s, ServerTimeout: 20s}
  BCCSP: {Default: SW, SW: {Hash: SHA2, Security: 256}}
  TLS: {Enabled: true, $tls}
FileLedger: {Location: $(data_dir "$1")}
Consensus: {WALDir: $(data_dir "$1")/wal, SnapDir: $(data_dir "$1")/snap}
ChannelParticipation: {Enabled: true, MaxRequestBodySize: 1 MB}
Admin:
  ListenAddress: $LISTEN:$(second_port "$1")
  TLS: {Enabled: true, ClientAuthRequired: true, ClientRootCAs: [$dir/tls/ca.crt], $tls}
Operations: {ListenAddress: "$LISTEN:$(ops_port "$1")"}
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
  listenAddress: $LISTEN:$(port "$1")
  address: $(address "$1")
  chaincodeListenAddress: $LISTEN:$(second_port "$1")
  localMspId: $(msp_of "$(org_of "$1")")
  mspConfigPath: $dir/msp
  fileSystemPath: $(data_dir "$1")
  keepalive:
    interval: 7200s
    timeout: 20s
    minInterval: 30s
    client: {interval: 60s, timeout: 20s}
    deliveryClient: {interval: 60s, timeout: 20s}
  gateway: {enabled: true, endorsementTimeout: 10s, broadcastTimeout: 10s, dialTimeout: 5s}
  gossip:
    bootstrap: $(address "$bootstrap")
    endpoint: $(address "$1")
    externalEndpoint: $(address "$1")
    useLeaderElection: false
    orgLeader: true
    state: {enabled: false}
    # A mint hands its sealed attributes to the other peers of org1. While one of them is dead and
    # the others have not noticed, each attempt to reach it holds the mint up.
    dialTimeout: 1s
    reconnectInterval: 3s # 25s by default: how long organisations would not see each other after a start
    pvtData:
      transientstoreMaxBlockRetention: 20000
      pushAckTimeout: 1s
      btlPullMargin: 10
      # How long a block waits for private data that no peer has. Of a transaction that was sent twice,
      # as after an unknown outcome, the second copy is invalid and its data are gone: without the next
      # line each such block waits, the clients behind it send theirs again, and nothing moves on.
      pullRetryThreshold: 1s
      skipPullingInvalidTransactionsDuringCommit: true
      reconciliationEnabled: true
      reconcileBatchSize: 10
      reconcileSleepInterval: 5s # a minute by default: how long a peer that was away lacks what it missed
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
  history: {enableHistoryDatabase: false} # the contract keeps its own: records of each change
  pvtdataStore: {purgeInterval: 100, collElgProcMaxDbBatchSize: 5000, collElgProcDbBatchesInterval: 1000, deprioritizedDataReconcilerInterval: 60m, purgedKeyAuditLogging: true}
operations: {listenAddress: "$LISTEN:$(ops_port "$1")"}
metrics: {provider: prometheus}
Y
}
