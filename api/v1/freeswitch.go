package v1

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/format"
)

// directoryTime is how long an answer to FreeSWITCH takes at least. A user who
// is known is read and unsealed and one who is not is nowhere; whoever asks the
// PBX for many users must not tell the two by the clock.
const directoryTime = 15 * time.Millisecond

// FreeswitchDirectory implements the operation of that name. What the PBX asks
// is a form in which the phone wrote most; it always gets a document, as any
// other status is an error in its log and a broken directory.
func (s *server) FreeswitchDirectory(ctx context.Context, _ FreeswitchDirectoryRequestObject) (FreeswitchDirectoryResponseObject, error) {
	private(ctx)
	enough := time.NewTimer(directoryTime)
	defer enough.Stop()
	answer := s.directory(ctx)
	select {
	case <-enough.C:
	case <-ctx.Done():
	}
	return FreeswitchDirectory200TextxmlResponse{Body: bytes.NewReader(answer), ContentLength: int64(len(answer))}, nil
}

// directory says "not found" where the store does not answer: a PBX that cannot
// ask lets nobody in.
func (s *server) directory(ctx context.Context) []byte {
	c, ok := ctx.(*gin.Context)
	if !ok {
		return format.DirectoryNotFound()
	}
	asked, ok := format.ParseDirectory(c.Request.PostForm)
	if !ok {
		return format.DirectoryNotFound()
	}
	account, err := s.pbx(ctx).Accounts.Account(ctx, asked.Extension)
	if err != nil {
		if !errors.Is(err, kyc.ErrNotFound) {
			s.Logger.ErrorContext(ctx, "a PBX's lookup failed", "error", err)
		}
		account = pbx.Account{}
	}
	return format.Directory(asked, account, s.Clock())
}
