package databasestore_test

import (
	"crypto/sha256"
	"database/sql"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// BenchmarkGet reads a session's 700 bytes, by the store and by the statement itself
// through database/sql, unprepared and prepared.
func BenchmarkGet(b *testing.B) {
	for _, e := range dbtest.Engines() {
		if e.Name == "sqlserver" {
			continue
		}
		b.Run(e.Name, func(b *testing.B) {
			d := dbtest.Named(b, e.Name).New(b)
			query := "SELECT value, counter FROM auth_storage WHERE key_hash = ? AND expires_at > ?"
			if e.Dialect() == "postgres" {
				query = "SELECT value, counter FROM auth_storage WHERE key_hash = $1 AND expires_at > $2"
			}
			for name, config := range map[string]*gorm.Config{"store": {}, "store, prepared": {PrepareStmt: true}} {
				s := migrated(b, d.Open(b, config))
				must(b, s.Set(b.Context(), "k", make([]byte, 700), time.Hour))
				b.Run(name, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if _, err := s.Get(b.Context(), "k"); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			pool := d.Pool(b)
			prepared, err := pool.PrepareContext(b.Context(), query)
			must(b, err)
			defer func() { must(b, prepared.Close()) }()
			read := func(b *testing.B, row func(args ...any) *sql.Row) {
				b.Helper()
				b.ReportAllocs()
				for b.Loop() {
					var value []byte
					var counter sql.NullInt64
					hash := sha256.Sum256([]byte("k"))
					if err := row(hash[:], time.Now().UnixMilli()).Scan(&value, &counter); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.Run("raw", func(b *testing.B) {
				read(b, func(args ...any) *sql.Row { return pool.QueryRowContext(b.Context(), query, args...) })
			})
			b.Run("raw, prepared", func(b *testing.B) {
				read(b, func(args ...any) *sql.Row { return prepared.QueryRowContext(b.Context(), args...) })
			})
		})
	}
}

func BenchmarkIncrement(b *testing.B) {
	for _, e := range dbtest.Engines() {
		if e.Name == "sqlserver" {
			continue
		}
		b.Run(e.Name, func(b *testing.B) {
			d := dbtest.Named(b, e.Name).New(b)
			s := migrated(b, d.Open(b, nil))
			if _, err := s.Increment(b.Context(), "k", time.Hour); err != nil {
				b.Fatal(err)
			}
			b.Run("store", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.Increment(b.Context(), "k", time.Hour); err != nil {
						b.Fatal(err)
					}
				}
			})
			pool := d.Pool(b)
			b.Run("raw", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() { // which tells no count
					if _, err := pool.ExecContext(b.Context(), "UPDATE auth_storage SET counter = counter + 1"); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
