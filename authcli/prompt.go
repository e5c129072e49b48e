package authcli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// errNo is what a question ends with that was answered with no.
var errNo = errors.New("nothing was changed")

// confirm asks a question, for which the flag would have been the answer. Without
// a terminal it says so.
func (a *app) confirm(ctx context.Context, question, flag string) error {
	if !a.interactive() {
		return usagef("there is no terminal to ask on: give %s to go on without a question", flag)
	}
	answer, err := a.ask(ctx, question+" [y/N] ")
	if err != nil {
		return err
	}
	switch strings.ToLower(answer) {
	case "y", "yes":
		return nil
	default:
		return errNo
	}
}

// ask reads one line from the terminal.
func (a *app) ask(ctx context.Context, question string) (string, error) {
	_, _ = io.WriteString(a.Stderr, a.paint(a.Stderr, bold, question))
	return interruptible(ctx, a.Stderr, func() (string, error) { return readLine(a.Stdin) })
}

// askPassword reads a password from the terminal, which does not show it: it is in
// raw mode before the question stands there, so that nothing that is typed is ever
// echoed.
func (a *app) askPassword(ctx context.Context, question string) (string, error) {
	file := terminal(a.Stdin)
	fd := int(file.Fd())
	state, err := term.MakeRaw(fd)
	if err != nil {
		return "", fmt.Errorf("cannot use the terminal: %w", err)
	}
	defer func() { _ = term.Restore(fd, state) }()
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{file, a.Stderr}, "")
	return interruptible(ctx, io.Discard, func() (string, error) {
		text, err := screen.ReadPassword(a.paint(a.Stderr, bold, question))
		if errors.Is(err, io.EOF) { // Ctrl-C, which sends no signal in raw mode, or Ctrl-D
			_, _ = io.WriteString(a.Stderr, "\r\n")
			return "", context.Canceled
		}
		return text, err
	})
}

// interruptible waits for an answer or for the end of ctx. A read from a terminal
// cannot be called off: it is left behind, and ends with the program.
func interruptible(ctx context.Context, out io.Writer, read func() (string, error)) (string, error) {
	type line struct {
		text string
		err  error
	}
	answered := make(chan line, 1)
	go func() {
		text, err := read()
		answered <- line{text, err}
	}()
	select {
	case l := <-answered:
		return l.text, l.err
	case <-ctx.Done():
		_, _ = io.WriteString(out, "\n")
		return "", ctx.Err()
	}
}

// readLine reads up to the end of the line, and not a byte more from a terminal.
func readLine(r io.Reader) (string, error) {
	text, err := bufio.NewReaderSize(oneByOne{r}, 16).ReadString('\n')
	if err != nil && (!errors.Is(err, io.EOF) || text == "") {
		if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
			return "", errNo
		}
		return "", fmt.Errorf("cannot read the answer: %w", err)
	}
	return strings.TrimRight(text, "\r\n"), nil
}

// oneByOne hands out single bytes, so that nothing beyond the line is taken.
type oneByOne struct{ r io.Reader }

// Read implements io.Reader.
func (o oneByOne) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }
