package proof

import (
	"bytes"
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// ErrRefused matches every reason for which [Trust.Check] does not believe a
// proof.
var ErrRefused = errors.New("the proof does not hold")

func refused(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrRefused, fmt.Errorf(format, args...))
}

// A message is a pointer to a generated protobuf message T.
type message[T any] interface {
	*T
	proto.Message
}

// decode reads a protobuf message that is exactly its own encoding: no field
// twice, none unknown, nothing out of order. Fabric signs and hashes messages
// one after the other without their lengths; that bytes cannot be moved from
// one to the next rests on this.
func decode[T any, P message[T]](what string, b []byte) (P, error) {
	m := P(new(T))
	if err := proto.Unmarshal(b, m); err != nil {
		return nil, refused("%s is not a protobuf message of its kind", what)
	}
	again, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil || !bytes.Equal(again, b) || hasUnknown(m.ProtoReflect()) {
		return nil, refused("%s is not in canonical form", what)
	}
	return m, nil
}

func hasUnknown(m protoreflect.Message) bool {
	found := len(m.GetUnknown()) > 0
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap() || f.Message() == nil: // no map of messages is among Fabric's messages that are read here
		case f.IsList():
			for i := range v.List().Len() {
				found = found || hasUnknown(v.List().Get(i).Message())
			}
		default:
			found = found || hasUnknown(v.Message())
		}
		return !found
	})
	return found
}
