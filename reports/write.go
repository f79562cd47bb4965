package reports

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Write puts b into the file at path, whole or not at all: into a temporary file
// beside it, synced to disk, then renamed. A file that is there is replaced and
// keeps its permissions; a symbolic link stays and what it points to is replaced.
// A device or pipe, such as /dev/stdout, is written to directly.
func Write(path string, b []byte) error {
	return WriteFrom(path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// WriteFrom is Write for content that need not be in memory as a whole: write writes it.
func WriteFrom(path string, write func(io.Writer) error) error {
	perm := fs.FileMode(0o666) // less the umask
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a directory: expected the name of a file to write", path)
	case err == nil && !info.Mode().IsRegular():
		if err := writeTo(path, os.O_WRONLY, perm, write); err != nil {
			return fmt.Errorf("can't write %s: %w", path, cause(err))
		}
		return nil
	case err == nil:
		perm = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("can't write %s: %w", path, err)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	// Not os.CreateTemp: it ignores the umask.
	temporary := filepath.Join(filepath.Dir(path), "."+rand.Text()+".tmp")
	if err := writeTo(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm, write); err != nil {
		_ = os.Remove(temporary) // it may not be there; the first error is the one to tell
		return fmt.Errorf("can't write %s: %w", path, cause(err))
	}
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(fmt.Errorf("can't write %s: %w", path, err), os.Remove(temporary))
	}
	return syncDir(filepath.Dir(path))
}

func writeTo(path string, flags int, perm fs.FileMode, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, flags, perm)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(f, 64<<10)
	if err = write(buffered); err == nil {
		err = buffered.Flush()
	}
	if err == nil && flags&os.O_EXCL != 0 {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// cause is err without the name of a temporary file, which tells a user nothing.
func cause(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// syncDir makes the rename itself durable. Windows has no such call.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("can't sync %s: %w", dir, err)
	}
	return errors.Join(d.Sync(), d.Close())
}
