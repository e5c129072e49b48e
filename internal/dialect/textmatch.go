package dialect

// TextMatch is how text is compared without regard to the collation of its
// column: to the letter, or else by what lower() makes of it. The wrappers have
// one %s, for a column as for a value.
type TextMatch struct {
	// Equal and EqualFold wrap both sides of = and IN.
	Equal, EqualFold string
	// Like and LikeFold wrap both sides of LIKE; empty where LIKE is not to be used.
	Like, LikeFold string
	// Collated says that = and LIKE alone go by the column's collation: they find
	// too much, but by its index.
	Collated bool
	// Brackets says that [ is a wildcard of LIKE.
	Brackets bool
	// Cast makes text of a column that is none.
	Cast string
}

// TextMatch implements Dialect. LIKE does not know upper from lower case.
func (SQLite) TextMatch() TextMatch {
	return TextMatch{Equal: "%s", EqualFold: "lower(%s)", Cast: "CAST(%s AS TEXT)"}
}

// TextMatch implements Dialect.
func (Postgres) TextMatch() TextMatch {
	return TextMatch{
		Equal: "%s", EqualFold: "lower(%s)",
		Like: "%s", LikeFold: "lower(%s)", Cast: "CAST(%s AS text)",
	}
}

// TextMatch implements Dialect. Equality is that of bytes, since all collations
// that both MySQL and MariaDB have ignore spaces at the end.
func (MySQL) TextMatch() TextMatch {
	return TextMatch{
		Equal:     "CAST(CONVERT(%s USING utf8mb4) AS BINARY)",
		EqualFold: "CAST(LOWER(CONVERT(%s USING utf8mb4) COLLATE utf8mb4_bin) AS BINARY)",
		Like:      "CONVERT(%s USING utf8mb4) COLLATE utf8mb4_bin",
		LikeFold:  "LOWER(CONVERT(%s USING utf8mb4) COLLATE utf8mb4_bin)",
		Collated:  true, Cast: "CAST(%s AS CHAR)",
	}
}

// TextMatch implements Dialect. Equality is that of bytes, since every collation
// ignores spaces at the end.
func (SQLServer) TextMatch() TextMatch {
	return TextMatch{
		Equal:     "CAST(CAST(%s AS nvarchar(max)) AS varbinary(max))",
		EqualFold: "CAST(LOWER(CAST(%s AS nvarchar(max))) AS varbinary(max))",
		Like:      "CAST(%s AS nvarchar(max)) COLLATE Latin1_General_100_BIN2",
		LikeFold:  "LOWER(CAST(%s AS nvarchar(max))) COLLATE Latin1_General_100_BIN2",
		Collated:  true, Brackets: true, Cast: "LOWER(CAST(%s AS nvarchar(36)))",
	}
}
