package authplugin

import (
	"context"
	"maps"
	"slices"
)

// findCreated finds the sessions of written users that the transaction has not seen,
// since they were created while it ran. Their copies may hold the users as before. Only
// foreign keys have those who create them wait, and SQLite.
func (s *staleCopies) findCreated(ctx context.Context) map[string]ID {
	if s.core.sessionsIn != StorageAndDatabase || s.core.dialect.Name() == "sqlite" {
		return nil
	}
	var users []any
	for id, user := range s.users {
		if !user.ended {
			users = append(users, id)
		}
	}
	now := s.core.newStaleCopies(ctx)
	for ids := range slices.Chunk(users, maxUsersAtOnce) {
		if err := s.core.noteSessionsOf(s.core.session(ctx, s.core.db), now, ids); err != nil {
			s.core.storage.log.WarnContext(ctx, "authplugin: cannot look for sessions that were created while their users were written; they may show these as before until their copies expire", "error", err)
			return nil
		}
	}
	created := map[string]ID{}
	for key, session := range now.sessions {
		if _, known := s.discarded[key]; !known {
			created[key] = session.userID
		}
	}
	maps.Copy(s.discarded, created)
	return created
}

// maxUsersAtOnce is for how many users one statement looks for sessions: a statement
// of SQL Server has 2,100 parameters at most.
const maxUsersAtOnce = 500
