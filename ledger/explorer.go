package ledger

import "time"

// A ChainInfo says how far a ledger reaches.
type ChainInfo struct {
	Network string `json:"network"`
	Channel string `json:"channel,omitempty"`
	Height  uint64 `json:"height"` // the number of blocks, or of entries
	Head    string `json:"head"`   // hash of the last one
}

// A Block is one block as the explorer shows it: the transactions of our
// contract in it.
type Block struct {
	Number       uint64        `json:"number"`
	Hash         string        `json:"hash"`
	Previous     string        `json:"previous"`
	Time         time.Time     `json:"time"`
	Transactions []Transaction `json:"transactions"`
	Others       int           `json:"others"` // transactions of other contracts and of the channel's configuration
}

// A Transaction is one call of our contract.
type Transaction struct {
	TxID     string    `json:"tx_id"`
	Function string    `json:"function"`
	Caller   string    `json:"caller"` // MSP id
	Time     time.Time `json:"time"`
	Valid    bool      `json:"valid"`
	Code     string    `json:"code"` // the validation code in Fabric's words
	Events   []Event   `json:"events,omitempty"`
	Size     int       `json:"size"` // bytes
}

// A Node is a peer or an orderer and how it does.
type Node struct {
	Name    string        `json:"name"`
	Kind    string        `json:"kind"` // "peer", "orderer" or "log"
	MSP     string        `json:"msp,omitempty"`
	Address string        `json:"address"`
	Healthy bool          `json:"healthy"`
	Height  uint64        `json:"height,omitempty"` // of a peer that answers
	Took    time.Duration `json:"took"`             // to answer
	Fault   string        `json:"fault,omitempty"`
}

// A Commit is one committed transaction of this process: when and how long
// from the request to the commit.
type Commit struct {
	At         time.Time     `json:"at"`
	Took       time.Duration `json:"took"`
	Identities int           `json:"identities"` // that it wrote
}
