package tesseract

import (
	"context"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/ocr"
)

const wordAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func readWords(ctx context.Context, c *client, colour gocv.Mat, avoid []ocr.Rect) ([]string, error) {
	return nil, ctx.Err()
}
