# shellcheck shell=bash
# Who is on the channel, and what each may do there.

render_crypto() {
  cat <<Y
OrdererOrgs:
  - {Name: Orderer, Domain: orderer.test, EnableNodeOUs: true, Specs: [$(servers "${ORDERER_NODES[@]}")]}
PeerOrgs:
  - {Name: Manager, Domain: manager.test, EnableNodeOUs: true, Specs: [$(servers "${MANAGERS[@]}")], Users: {Count: 1}}
  - {Name: Telecom, Domain: telecom.test, EnableNodeOUs: true, Specs: [$(servers t0 t1)], Users: {Count: 1}}
  - {Name: Chaincode, Domain: chaincode.test, Specs: [$(servers cc-manager cc-telecom)]}
Y
}

# servers NODES... lists their certificates.
servers() {
  local n
  for n in "$@"; do printf '{Hostname: %s, SANS: [localhost, %s, %s]},' "$(hostname_of "$n")" "$LOOPBACK" "$n"; done
}

# Who may do what on the channel. Four layers keep org2 from writing:
#   1. Endorsement: a write needs the signature of an org1 peer.
#   2. org2's Writers: its clients' transactions are refused by the orderer. Its administrator is
#      left in, only to send org2's approval of a new contract.
#   3. The contract refuses every caller that is not Org1MSP, that administrator included.
#   4. LifecycleEndorsement: another contract needs both organisations, and so does another channel
#      (Admins). They are named, and not a majority: of three organisations two would be one, and
#      could take the manager's place.
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
      # a transaction with one identity has 6 kB, with a hundred 220 kB: nine of those make a block
      BatchSize: {MaxMessageCount: 500, AbsoluteMaxBytes: 10 MB, PreferredMaxBytes: 2 MB}
      EtcdRaft:
        Consenters:
$(for n in "${ORDERER_NODES[@]}"; do
    tls=$(orderer_dir "$n")/tls/server.crt
    echo "          - {Host: $(host "$n"), Port: $(port "$n"), ClientTLSCert: $tls, ServerTLSCert: $tls}"
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
          OrdererEndpoints: [$(for n in "${ORDERER_NODES[@]}"; do printf '"%s",' "$(address "$n")"; done)]
    Application:
      Capabilities: {V2_5: true}
      ACLs:
        # a query is a proposal too: without this line who may not write could not read either
        peer/Propose: /Channel/Application/Readers
      Policies:
        <<: *ordinary
        Admins: {Type: Signature, Rule: "AND('Org1MSP.admin','Org2MSP.admin')"}
        Endorsement: {Type: Signature, Rule: "OR('Org1MSP.peer')"}
        LifecycleEndorsement: {Type: Signature, Rule: "AND('Org1MSP.peer','Org2MSP.peer')"}
      Organizations:
$(
    # org1's administrator and clients write; of the others only the administrators, see above
    render_org manager "OR('Org1MSP.admin','Org1MSP.client')" "${MANAGERS[@]}"
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

# anchors PEERS...: through them the organisations find each other.
anchors() {
  local p
  for p in "$@"; do printf '{Host: %s, Port: %s},' "$(host "$p")" "$(port "$p")"; done
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
