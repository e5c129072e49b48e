package authplugin

// Record is a row of any model, by logical field name. Its values have the types
// of [Values], and ids are strings; NULL is nil, not absent.
type Record map[string]any
