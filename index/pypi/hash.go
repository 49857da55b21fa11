package pypi

import (
	"cmp"
	"slices"
	"strings"

	"sluice/index"
)

// validHashes returns those of the stated hashes that some content could have, in
// the form that package index has them in. It reports whether any was left out.
func validHashes(stated []index.Hash) (valid []index.Hash, malformed bool) {
	for _, h := range stated {
		h.Algorithm, h.Hex = strings.ToLower(h.Algorithm), strings.ToLower(h.Hex)
		if !isDigest(h) {
			malformed = true
		} else if valid = append(valid, h); len(valid) == maxFileHashes {
			break
		}
	}
	if len(valid) > 1 {
		slices.SortStableFunc(valid, func(a, b index.Hash) int { return cmp.Compare(a.Algorithm, b.Algorithm) })
		valid = slices.CompactFunc(valid, func(a, b index.Hash) bool { return a.Algorithm == b.Algorithm })
	}
	return valid, malformed
}

// isDigest reports whether h, in lower case, may be the digest of something.
func isDigest(h index.Hash) bool {
	if h.Algorithm == "" || len(h.Algorithm) > 32 || h.Hex == "" || len(h.Hex) > 512 || len(h.Hex)%2 != 0 {
		return false
	}
	for i := range len(h.Hex) {
		if !isHexDigit(h.Hex[i]) {
			return false
		}
	}
	digits := digestLength(h.Algorithm)
	return digits == 0 || digits == len(h.Hex)
}

// digestLength returns how many hexadecimal digits the digests of an algorithm of
// Python's hashlib have; 0 for one that is not known here or that has several.
func digestLength(algorithm string) int {
	switch algorithm {
	case "md5":
		return 32
	case "sha1":
		return 40
	case "sha224", "sha3_224":
		return 56
	case "sha256", "sha3_256", "blake2s":
		return 64
	case "sha384", "sha3_384":
		return 96
	case "sha512", "sha3_512":
		return 128
	}
	return 0
}

// fragmentHash returns the hash that the fragment of a URL states (PEP 503), with
// other items before or after it as pip allows.
func fragmentHash(fragment string) []index.Hash {
	for item := range strings.SplitSeq(fragment, "&") {
		if algorithm, digits, ok := strings.Cut(item, "="); ok && isLinkAlgorithm(algorithm) {
			return []index.Hash{{Algorithm: algorithm, Hex: digits}}
		}
	}
	return nil
}

// isLinkAlgorithm reports whether a fragment that begins with name and "=" is a
// hash, and not an egg or a subdirectory.
func isLinkAlgorithm(name string) bool {
	switch name {
	case "sha512", "sha384", "sha256", "sha224", "sha1", "md5":
		return true
	}
	return false
}
