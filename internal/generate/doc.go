// Package generate writes a schema in the formats of others: Go models for GORM,
// options for Better Auth, and diagrams as Mermaid, DBML and SVG.
//
// Every generator takes the schema of a database, since physical types differ by
// database, and writes the same bytes for the same schema. What comes from the
// configuration (names, enum values, defaults, ids of plugins) is escaped, so no
// value can end the construct that it stands in.
//
// Plans are written as migration files: SQL scripts, and files for goose,
// golang-migrate and atlas. The same plan and version give the same files.
package generate
