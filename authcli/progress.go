package authcli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress is a line on the terminal that is written over as the work goes on.
// Without a terminal it writes nothing.
type progress struct {
	out   io.Writer
	width int
	last  time.Time
	what  string
	shown bool
}

func (a *app) progress() *progress {
	file := terminal(a.Stderr)
	if file == nil {
		return &progress{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	return &progress{out: file, width: width}
}

// show writes how much of total is done; a total of 0 is not known.
func (p *progress) show(what string, done, total int64) {
	if p.out == nil || (p.shown && what == p.what && time.Since(p.last) < 50*time.Millisecond && done < total) {
		return
	}
	p.last, p.what, p.shown = time.Now(), what, true
	text := fmt.Sprintf("%s: %d", what, done)
	if total > 0 {
		done = min(done, total)
		const cells = 20
		full := int(done * cells / total)
		text = fmt.Sprintf("%s [%s%s] %d of %d", what, strings.Repeat("#", full), strings.Repeat(".", cells-full), done, total)
	}
	if len(text) >= p.width {
		text = text[:p.width-1]
	}
	_, _ = io.WriteString(p.out, "\r\x1b[K"+text)
}

// clear takes the line away.
func (p *progress) clear() {
	if p.shown {
		_, _ = io.WriteString(p.out, "\r\x1b[K")
		p.shown = false
	}
}
