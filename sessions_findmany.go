package authplugin

import (
	"context"
	"database/sql"
	"errors"
)

// manyTokens is how many tokens one statement of FindMany looks for.
const manyTokens = 500

// FindMany finds the live sessions with some tokens, and their users: by their copies
// in the secondary storage, if there is one, and with one statement for every 500. They come in the order of the tokens; tokens that
// find nothing are left out.
func (s Sessions[S, U]) FindMany(ctx context.Context, tokens []string) ([]FoundSession[S, U], error) {
	o, err := open[S](s.auth, ModelSession)
	if err != nil {
		return nil, err
	}
	users, err := typed[U](o.core, ModelUser)
	if err != nil {
		return nil, err
	}
	if o.core.sessionsIn == StorageOnly {
		return s.findManyStored(ctx, o, tokens)
	}
	byStored := map[string]*sessionRow[S, U]{}
	asked := make([]string, 0, len(tokens))
	for _, token := range tokens {
		if isPresentable(token) {
			asked = append(asked, token)
		}
	}
	if o.core.sessionsIn == StorageAndDatabase && !inTransaction(o.handle) {
		return s.findManyCopied(ctx, o, users, tokens, asked)
	}
	if err := s.findRows(ctx, o, users, asked, byStored); err != nil {
		return nil, err
	}
	if missing := s.adoptedOf(ctx, o, asked, byStored); len(missing) > 0 {
		if err := s.findRows(ctx, o, users, missing, byStored); err != nil {
			return nil, err
		}
	}
	return s.inOrder(ctx, o, tokens, byStored)
}

// findRows reads the sessions with some tokens from the database, by their stored form.
func (s Sessions[S, U]) findRows(ctx context.Context, o bound[S], users *binding, asked []string, byStored map[string]*sessionRow[S, U]) error {
	for len(asked) > 0 {
		n := min(len(asked), manyTokens)
		if err := s.findChunk(ctx, o, users, asked[:n], byStored); err != nil {
			return err
		}
		asked = asked[n:]
	}
	return nil
}

// inOrder are the live sessions among rows by their stored token, in the order of the
// tokens that were asked for.
func (s Sessions[S, U]) inOrder(ctx context.Context, o bound[S], tokens []string, byStored map[string]*sessionRow[S, U]) ([]FoundSession[S, U], error) {
	found := make([]FoundSession[S, U], 0, len(tokens))
	for _, token := range tokens {
		row, ok := byStored[o.core.storedToken(token)]
		if !ok {
			row, ok = byStored[token]
		}
		if !ok || isHashed(token) {
			continue
		}
		if row.found.Session == nil { // it may be asked for twice
			_, err := s.accept(ctx, o, row, token)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
		}
		found = append(found, row.found)
	}
	return found, nil
}

// findChunk reads the sessions with some tokens, by their stored form.
func (s Sessions[S, U]) findChunk(ctx context.Context, o bound[S], users *binding, tokens []string, into map[string]*sessionRow[S, U]) error {
	values := tokens
	if o.core.cfg.Session.HashTokens {
		values = make([]string, 0, 2*len(tokens))
		for _, token := range tokens {
			values = append(values, hashSecret(token), token)
		}
	}
	column := o.model.byName["token"]
	text := o.core.selectShown(o.model, func(t *sqlText) {
		t.column("s", column).add(" IN (").binds(len(values)).add(")")
	})
	statement := text.compile()
	statement.unprepared = true
	args, shown := make([]any, len(values)), make([]any, len(values))
	for i, v := range values {
		args[i], shown[i] = v, hiddenParameter
	}
	reader := o.core.reader(o.binding, users)
	var found []*sessionRow[S, U]
	var sessions []*S // what callbacks of others see
	op := operation{statement: statement, args: args, shown: shown, read: func(rows *sql.Rows) (int64, error) {
		found, sessions = nil, nil
		for rows.Next() {
			row := new(sessionRow[S, U])
			if err := reader.scan(ctx, rows, &row.session, &row.user); err != nil {
				return int64(len(found)), err
			}
			found, sessions = append(found, row), append(sessions, &row.session)
		}
		return int64(len(found)), rows.Err()
	}}
	err := o.core.runOwn(ctx, o.handle, func() error {
		_, err := o.core.run(ctx, o.handle, o.handle.Callback().Query(), o.binding, &sessions, op)
		return err
	})
	for _, row := range found {
		into[o.text(&row.session, "token")] = row
	}
	return err
}
