package authcli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// terminal is the file of a stream that is a terminal, nil for any other stream.
func terminal(stream any) *os.File {
	file, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return file
}

// interactive reports whether somebody can be asked.
func (a *app) interactive() bool { return terminal(a.Stdin) != nil && terminal(a.Stderr) != nil }

// style is a colour of text on a terminal (SGR code).
type style string

const (
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
)

// paint colours a text that goes to a stream, if the stream is a terminal and
// NO_COLOR (no-color.org) is not set.
func (a *app) paint(stream io.Writer, s style, text string) string {
	if a.Getenv("NO_COLOR") != "" || a.Getenv("TERM") == "dumb" || terminal(stream) == nil {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}
