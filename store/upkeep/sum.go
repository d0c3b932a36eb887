package upkeep

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// SumSuffix is of the file beside a backup that holds its SHA-256, as sha256sum
// writes it: whatever is flipped in a backup is found.
const SumSuffix = ".sha256"

func writeSum(part, file string) error {
	sum, err := sumOf(part)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s  %s\n", sum, filepath.Base(file))
	if err := os.WriteFile(file+SumSuffix, []byte(text), 0o600); err != nil {
		return err
	}
	return flush(file + SumSuffix)
}

func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// checkSum compares a backup with the sum beside it, where there is one.
func checkSum(file string) (summed bool, err error) {
	text, err := os.ReadFile(file + SumSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	sum, err := sumOf(file)
	if err != nil {
		return false, err
	}
	if want, _, _ := strings.Cut(string(text), " "); want != sum {
		return true, fmt.Errorf("%s: %w: its SHA-256 is another", file, ErrDamaged)
	}
	return true, nil
}
