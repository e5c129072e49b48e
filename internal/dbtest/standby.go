package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/gorm-auth/authplugin/internal/freeport"
)

// Replicated is a PostgreSQL server of the test's own with a streaming standby.
type Replicated struct {
	// Primary and Standby are data source names of the two.
	Primary, Standby string

	bin     string
	folder  string
	standby *sql.DB
}

const clusterTimeout = time.Minute

// NewReplicated starts a primary and a standby, which takes some seconds; both
// are gone when the test ends. It skips the test where PostgreSQL's server
// programs are not installed.
func NewReplicated(t testing.TB) *Replicated {
	t.Helper()

	bin := postgresPrograms()
	if bin == "" {
		t.Skip("dbtest: a standby needs PostgreSQL's initdb, pg_ctl and pg_basebackup: apt-get install postgresql")
	}

	// Not t.TempDir: PostgreSQL does not run as root, and its own user must get there.
	folder, err := os.MkdirTemp("", "authplugin-standby-") //nolint:usetesting // see above
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}

	t.Cleanup(func() { _ = os.RemoveAll(folder) })

	r := &Replicated{bin: bin, folder: folder}
	r.give(t)
	r.start(t)

	return r
}

// postgresPrograms is the folder of the newest server, "" when there is none.
func postgresPrograms() string {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	version := func(folder string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		return n
	}

	slices.SortFunc(folders, func(a, b string) int { return version(b) - version(a) })

	if path, err := exec.LookPath("pg_basebackup"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}

	for _, folder := range folders {
		if hasPrograms(folder) {
			return folder
		}
	}

	return ""
}

func hasPrograms(folder string) bool {
	for _, program := range []string{"initdb", "pg_ctl", "pg_basebackup"} {
		if _, err := os.Stat(filepath.Join(folder, program)); err != nil {
			return false
		}
	}

	return true
}

// give hands the folder to the user that the servers run as.
func (r *Replicated) give(t testing.TB) {
	t.Helper()

	if os.Geteuid() != 0 {
		return
	}

	if _, err := exec.LookPath("runuser"); err != nil {
		t.Skip("dbtest: PostgreSQL does not run as root, and there is no runuser: apt-get install util-linux, or run the tests as another user")
	}

	owner, err := user.Lookup("postgres")
	if err != nil {
		t.Skipf("dbtest: PostgreSQL does not run as root: %v; run the tests as another user", err)
	}

	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)

	if err := os.Chown(r.folder, uid, gid); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
}

func (r *Replicated) start(t testing.TB) {
	t.Helper()

	ports := []int{freeport.Reserve(t), freeport.Reserve(t)}
	options := fmt.Sprintf("-c fsync=off -c wal_level=replica -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s -c shared_buffers=16MB", r.folder)
	primary, standby := filepath.Join(r.folder, "primary"), filepath.Join(r.folder, "standby")

	r.run(t, "initdb", "-D", primary, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
	r.serve(t, primary, ports[0], options)
	r.run(t, "pg_basebackup", "-D", standby, "-h", "127.0.0.1", "-p", strconv.Itoa(ports[0]), "-U", "postgres", "-R", "-X", "stream", "-c", "fast", "--no-sync")
	r.serve(t, standby, ports[1], options)

	dsn := "postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable"
	r.Primary, r.Standby = fmt.Sprintf(dsn, ports[0]), fmt.Sprintf(dsn, ports[1])

	connector, err := postgresConnector(r.Standby)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}

	r.standby = sql.OpenDB(connector)

	t.Cleanup(func() { _ = r.standby.Close() })
}

// serve starts a server on a data folder, which is stopped when the test ends.
func (r *Replicated) serve(t testing.TB, data string, port int, options string) {
	t.Helper()

	t.Cleanup(func() {
		_ = r.command(context.Background(), "pg_ctl", "stop", "-D", data, "-m", "immediate", "-w").Run()
	})
	r.run(t, "pg_ctl", "start", "-D", data, "-w", "-s", "-l", data+".log", "-o", options+" -p "+strconv.Itoa(port))
}

// command is a program of PostgreSQL, as a user that it agrees to run as.
func (r *Replicated) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	args = append([]string{filepath.Join(r.bin, program)}, args...)
	if os.Geteuid() == 0 {
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}

	command := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // programs of PostgreSQL
	command.Dir = r.folder

	return command
}

func (r *Replicated) run(t testing.TB, program string, args ...string) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), clusterTimeout)
	defer cancel()

	// A server keeps the standard output of pg_ctl open, so it gets a file.
	out, err := os.Create(filepath.Join(r.folder, program+".out")) //nolint:gosec // in the test's own folder
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}

	defer func() { _ = out.Close() }()

	command := r.command(ctx, program, args...)
	command.Stdout, command.Stderr = out, out

	if err := command.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		log, _ := filepath.Glob(filepath.Join(r.folder, "*.log"))

		for _, name := range log {
			lines, _ := os.ReadFile(name) //nolint:gosec // in the test's own folder
			said = append(said, lines...)
		}

		t.Fatalf("dbtest: %s: %v\n%s", program, err, said)
	}
}

// Pause keeps the standby at what it holds now: from here on its lag grows
// without limit.
func (r *Replicated) Pause(t testing.TB) {
	t.Helper()
	r.CatchUp(t)

	if _, err := r.standby.ExecContext(t.Context(), "SELECT pg_wal_replay_pause()"); err != nil {
		t.Fatalf("dbtest: pause the standby: %v", err)
	}

	r.wait(t, "SELECT pg_get_wal_replay_pause_state() = 'paused'")
}

// Resume ends Pause.
func (r *Replicated) Resume(t testing.TB) {
	t.Helper()

	if _, err := r.standby.ExecContext(t.Context(), "SELECT pg_wal_replay_resume()"); err != nil {
		t.Fatalf("dbtest: resume the standby: %v", err)
	}
}

// CatchUp waits until the standby holds what the primary holds now.
func (r *Replicated) CatchUp(t testing.TB) {
	t.Helper()

	connector, err := postgresConnector(r.Primary)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}

	primary := sql.OpenDB(connector)

	defer func() { _ = primary.Close() }()

	var position string
	if err := primary.QueryRowContext(t.Context(), "SELECT pg_current_wal_flush_lsn()::text").Scan(&position); err != nil {
		t.Fatalf("dbtest: %v", err)
	}

	r.wait(t, "SELECT pg_last_wal_replay_lsn() >= '"+position+"'::pg_lsn")
}

// StopStandby ends the standby at once.
func (r *Replicated) StopStandby(t testing.TB) {
	t.Helper()
	r.run(t, "pg_ctl", "stop", "-D", filepath.Join(r.folder, "standby"), "-m", "immediate", "-w")
}

// wait asks the standby until it answers yes.
func (r *Replicated) wait(t testing.TB, question string) {
	t.Helper()

	for deadline := time.Now().Add(clusterTimeout); ; {
		var yes bool

		err := r.standby.QueryRowContext(t.Context(), question).Scan(&yes)
		if err == nil && yes {
			return
		}

		if time.Now().After(deadline) {
			t.Fatalf("dbtest: the standby does not get there: %s: %v", question, err)
		}

		time.Sleep(connectPause)
	}
}
