package authplugin

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// A message of the in-process tier is a version, a kind, and for changed names four
// bytes for each: the beginning of its SHA-256. That is enough to find a slot, and
// tells nothing of a token to those who may listen on Redis.
const (
	messageVersion = 1
	namesChanged   = 1
	allChanged     = 2

	messageHead = 2
	nameHashLen = 4
	// namesAMessage keeps messages within 16 KiB.
	namesAMessage = 4000
)

// nameHash is what other processes are told of a name.
type nameHash uint32

func hashName(name string) nameHash {
	sum := sha256.Sum256([]byte(name))
	return nameHash(binary.BigEndian.Uint32(sum[:nameHashLen]))
}

// namesMessages are the messages that say that names have changed.
func namesMessages(hashes []nameHash) [][]byte {
	var messages [][]byte
	for chunk := range slices.Chunk(hashes, namesAMessage) {
		message := make([]byte, 0, messageHead+nameHashLen*len(chunk))
		message = append(message, messageVersion, namesChanged)
		for _, hash := range chunk {
			message = binary.BigEndian.AppendUint32(message, uint32(hash))
		}
		messages = append(messages, message)
	}
	return messages
}

func allMessage() []byte { return []byte{messageVersion, allChanged} }

// changedNames reads a message. It is not ok when it says that all has changed, or
// says what this version of the library does not know: all may have changed then.
func changedNames(message []byte) (hashes []nameHash, ok bool) {
	if len(message) < messageHead || message[0] != messageVersion || message[1] != namesChanged {
		return nil, false
	}
	body := message[messageHead:]
	if len(body)%nameHashLen != 0 {
		return nil, false
	}
	for hash := range slices.Chunk(body, nameHashLen) {
		hashes = append(hashes, nameHash(binary.BigEndian.Uint32(hash)))
	}
	return hashes, true
}
