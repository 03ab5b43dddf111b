package store

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// maxPlain bounds what a compressed value may unfold to: far above the largest
// group, far below what would hurt.
const maxPlain = 1 << 30

// packer compresses what is about to be sealed. It is used side by side.
type packer struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

func newPacker() (*packer, error) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("make compressor: %w", err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxPlain), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("make decompressor: %w", err)
	}
	return &packer{encoder, decoder}, nil
}

func (p *packer) pack(plain []byte) []byte { return p.encoder.EncodeAll(plain, nil) }

func (p *packer) unpack(packed []byte) ([]byte, error) { return p.decoder.DecodeAll(packed, nil) }
