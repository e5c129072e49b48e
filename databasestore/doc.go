// Package databasestore is a secondary storage in a table of a database, for
// applications without Redis. It implements [authplugin.AtomicStorage], for any number of
// processes:
//
//	store := databasestore.New(db)
//	if err := store.Migrate(ctx); err != nil { … }
//	authplugin.Config{SecondaryStorage: store}
//
// The handle may be the application's own, with or without authplugin registered on it,
// or that of another database: SQLite from 3.35, with or without cgo, PostgreSQL from 9.5,
// MySQL from 5.7, MariaDB from 10.2, SQL Server from 2016. The tests run on PostgreSQL 15
// and MariaDB 10.11, and have been run on MySQL 9.7. No SQL Server has run it: its
// statements are checked against the grammar only.
//
// # What is in the table
//
// A row has the SHA-256 of its key, never the key, which may be a token; the value; and
// the moment of its expiry in Unix milliseconds, with an index. A value that is the
// decimal text of an integer is in the column counter, as a number: so each operation is
// one statement that the database counts or compares in, two for GetDelete on
// MySQL and MariaDB. A statement that the database gives up on without effect, because of a
// deadlock or since SQLite is busy, is sent again for up to ten seconds; one whose
// answer is lost is not.
//
// # Time
//
// The clock is the database's, so that processes whose clocks differ agree on what has
// expired. When an expired row is deleted changes nothing but the size of the table:
// by every 64th write ([CleanUp]), and by [Store.DeleteExpired]. There is no goroutine
// and nothing to close.
//
// # Transactions
//
// Where the library calls the storage from within a transaction on the same pool
// ([authplugin.TransactionOf]), the store takes part in it: what it does is committed or
// rolled back with the rest, and an error may mean that the transaction is lost. An
// application that calls the store by itself from within a transaction uses another
// connection, which waits for a row that the transaction has written, and for ever where
// the pool has one connection only.
//
// # Logs
//
// Statements go to the handle's logger without their parameters. GORM's callbacks, and
// tracing plugins among them, do not see them. With dbresolver they go to the database
// that the handle was opened with. Handles that read from replicas which lag are not
// allowed.
package databasestore
