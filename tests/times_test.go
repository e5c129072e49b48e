package tests

import (
	"testing"
	"time"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/internal/dbtest"
)

// A moment comes back equal, in UTC and to the millisecond, wherever its zone
// and on whatever database; and comparing it compares moments, not text.
func TestTimes(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, func(t *testing.T, e dbtest.Engine) {
		clock := noon
		db, _ := migrated(t, e, withClock(authplugin.Config{}, &clock))
		ada := newUser(t, db, "ada")
		zones := []*time.Location{time.UTC, time.FixedZone("", 14*3600), time.FixedZone("", -12*3600), time.Local}
		for i, zone := range zones {
			at := time.Date(2026, 3, 29, 1, 59, 59, 999_999_999, time.UTC).Add(time.Duration(i) * time.Millisecond).In(zone)
			s := authplugin.Session{UserID: ada.ID, Token: zone.String() + at.String(), ExpiresAt: at}
			must(t, db.Create(&s).Error)
			var found authplugin.Session
			must(t, db.First(&found, s.ID).Error)
			want := at.Truncate(time.Millisecond)
			for how, got := range map[string]time.Time{"created": s.ExpiresAt, "read": found.ExpiresAt} {
				if how == "read" && (!got.Equal(want) || got.Location() != time.UTC) {
					t.Errorf("zone %v, %s: %v, want %v", zone, how, got, want.UTC())
				}
			}
			if !found.CreatedAt.Equal(noon.Truncate(time.Millisecond)) || !found.CreatedAt.Equal(s.CreatedAt) {
				t.Errorf("created at %v and %v, want %v", s.CreatedAt, found.CreatedAt, noon)
			}
			// Each zone's view of the same moment finds the same rows.
			for _, view := range zones {
				var n int64
				q := db.Model(&authplugin.Session{}).Where("id = ?", s.ID)
				must(t, q.Where("expires_at <= ? AND expires_at >= ?", want.In(view), want.In(view)).Count(&n).Error)
				if n != 1 {
					t.Errorf("zone %v seen from %v: %d rows by SQL", zone, view, n)
				}
				must(t, db.Model(&authplugin.Session{}).Where(&authplugin.Session{ID: s.ID, ExpiresAt: at.In(view)}).Count(&n).Error)
				if n != 1 {
					t.Errorf("zone %v seen from %v: %d rows by struct", zone, view, n)
				}
				must(t, db.Model(&authplugin.Session{}).Where(map[string]any{"id": s.ID, "expires_at": at.In(view)}).Count(&n).Error)
				if n != 1 {
					t.Errorf("zone %v seen from %v: %d rows by map", zone, view, n)
				}
				must(t, db.Model(&authplugin.Session{}).Joins("JOIN users ON users.id = sessions.user_id AND sessions.id = ? AND sessions.expires_at > ?",
					s.ID, want.In(view)).Count(&n).Error)
				if n != 0 {
					t.Errorf("zone %v seen from %v: joined as later than itself", zone, view)
				}
				must(t, db.Model(&authplugin.Session{}).Where("id = ? AND expires_at < ?", s.ID, want.In(view)).Count(&n).Error)
				if n != 0 {
					t.Errorf("zone %v seen from %v: found as earlier than itself", zone, view)
				}
			}
		}
		var sessions []authplugin.Session
		must(t, db.Order("expires_at").Find(&sessions).Error)
		for i := 1; i < len(sessions); i++ {
			if sessions[i].ExpiresAt.Before(sessions[i-1].ExpiresAt) {
				t.Error("the order of moments is not that of their column")
			}
		}
		expires := noon.Add(time.Minute)
		token := "t"
		account := authplugin.Account{UserID: ada.ID, AccountID: "a", ProviderID: "p", AccessToken: &token, AccessTokenExpiresAt: &expires}
		must(t, db.Create(&account).Error)
		var found authplugin.Account
		must(t, db.First(&found, account.ID).Error)
		if !found.AccessTokenExpiresAt.Equal(expires.Truncate(time.Millisecond)) || found.RefreshTokenExpiresAt != nil {
			t.Errorf("account %v", found)
		}
		must(t, db.Model(&found).Updates(map[string]any{"accessTokenExpiresAt": nil}).Error)
		must(t, db.First(&found, account.ID).Error)
		if found.AccessTokenExpiresAt != nil {
			t.Errorf("account %v", found)
		}
	})
}
