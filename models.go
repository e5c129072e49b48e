package authplugin

import (
	"time"

	"gorm.io/gorm/schema"
)

// The logical names of the core models.
const (
	ModelUser         = "user"
	ModelSession      = "session"
	ModelAccount      = "account"
	ModelVerification = "verification"
	ModelRateLimit    = "rateLimit"
)

// The tag `auth` describes a field to the logical schema; what it may say is
// listed in structfields.go. Physical names, column types and indexes are not in
// the tags: they follow from the schema and the configuration.
//
// What is serverOnly or createOnly here decides who somebody is: whose a session,
// an account or a verification is, how long it lives and what proves it, and that
// an address is verified. An address that a client could change would stay verified.

// User is a person who can sign in. Email is stored in lower case.
type User struct {
	ID            ID        `json:"id"`
	Name          string    `json:"name" auth:"sortable"`
	Email         string    `json:"email" auth:"unique;lower;createOnly"`
	EmailVerified bool      `json:"emailVerified" auth:"default:false;serverOnly"`
	Image         *string   `json:"image"`
	CreatedAt     time.Time `json:"createdAt" auth:"createdAt"`
	UpdatedAt     time.Time `json:"updatedAt" auth:"updatedAt"`

	// Additional holds the additional fields by logical name.
	Additional Values `gorm:"-" json:"-"`

	// Sessions and Accounts are filled by Preload.
	Sessions []Session `gorm:"foreignKey:UserID;references:ID;constraint:-" json:"sessions,omitempty"`
	Accounts []Account `gorm:"foreignKey:UserID;references:ID;constraint:-" json:"accounts,omitempty"`

	bound boundModel
}

// Session is a signed-in client. Its token is a bearer secret: it is redacted
// in %v and in logs, and is part of its JSON, as in Better Auth, because the
// client needs it.
type Session struct {
	ID        ID        `json:"id"`
	UserID    ID        `json:"userId" auth:"references:user;index;serverOnly"`
	Token     string    `json:"token" auth:"unique;secret;serverOnly"`
	ExpiresAt time.Time `json:"expiresAt" auth:"index:recommended;serverOnly"`
	IPAddress string    `json:"ipAddress" auth:"optional;serverOnly"`
	UserAgent string    `json:"userAgent" auth:"optional;serverOnly"`
	CreatedAt time.Time `json:"createdAt" auth:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt" auth:"updatedAt"`

	// Additional holds the additional fields by logical name.
	Additional Values `gorm:"-" json:"-"`

	// User is filled by Preload and Joins.
	User *User `gorm:"foreignKey:UserID;references:ID;constraint:-" json:"user,omitempty"`

	bound boundModel
}

// Account is a way for a user to sign in: an OAuth provider, or a password
// (ProviderID "credential"). Its tokens and password are never part of its JSON.
type Account struct {
	ID                    ID         `json:"id"`
	UserID                ID         `json:"userId" auth:"references:user;index;serverOnly"`
	AccountID             string     `json:"accountId" auth:"size:255;serverOnly"`
	ProviderID            string     `json:"providerId" auth:"size:255;serverOnly"`
	AccessToken           *string    `json:"-" auth:"secret;hidden;serverOnly"`
	RefreshToken          *string    `json:"-" auth:"secret;hidden;serverOnly"`
	IDToken               *string    `json:"-" auth:"secret;hidden;serverOnly"`
	AccessTokenExpiresAt  *time.Time `json:"accessTokenExpiresAt" auth:"serverOnly"`
	RefreshTokenExpiresAt *time.Time `json:"refreshTokenExpiresAt" auth:"serverOnly"`
	Scope                 *string    `json:"scope" auth:"serverOnly"`
	Password              *string    `json:"-" auth:"secret;hidden;serverOnly"`
	CreatedAt             time.Time  `json:"createdAt" auth:"createdAt"`
	UpdatedAt             time.Time  `json:"updatedAt" auth:"updatedAt"`

	// Additional holds the additional fields by logical name.
	Additional Values `gorm:"-" json:"-"`

	// User is filled by Preload and Joins.
	User *User `gorm:"foreignKey:UserID;references:ID;constraint:-" json:"user,omitempty"`

	bound boundModel
}

// Verification is a short-lived secret that proves something once: the token of
// a password reset, a code sent by mail, the state of an OAuth flow. Identifier
// and value are redacted in %v and in logs, since the identifier of a reset
// carries its token.
type Verification struct {
	ID         ID        `json:"id"`
	Identifier string    `json:"identifier" auth:"index;secret;serverOnly"`
	Value      string    `json:"value" auth:"secret;serverOnly"`
	ExpiresAt  time.Time `json:"expiresAt" auth:"index:recommended;serverOnly"`
	CreatedAt  time.Time `json:"createdAt" auth:"createdAt"`
	UpdatedAt  time.Time `json:"updatedAt" auth:"updatedAt"`

	// Additional holds the additional fields by logical name.
	Additional Values `gorm:"-" json:"-"`

	bound boundModel
}

// RateLimit is a counter of requests, see [Auth.RateLimiter]. The table exists only
// when [RateLimitConfig.Storage] is [StorageDatabase].
type RateLimit struct {
	ID  ID     `json:"id"`
	Key string `json:"key" auth:"unique;serverOnly"`
	// Count is how many requests were allowed in a fixed window; with [SlidingWindow]
	// all that were, modulo 1,000,000,000.
	Count int `json:"count" auth:"serverOnly"`
	// LastRequest is the last of them, in milliseconds since 1970.
	LastRequest int64 `json:"lastRequest" auth:"type:bigint;index:recommended;serverOnly"`

	// Additional holds the additional fields by logical name.
	Additional Values `gorm:"-" json:"-"`

	bound boundModel
}

// TableName is called by GORM.
func (User) TableName(n schema.Namer) string { return TableName(n, ModelUser) }

// TableName is called by GORM.
func (Session) TableName(n schema.Namer) string { return TableName(n, ModelSession) }

// TableName is called by GORM.
func (Account) TableName(n schema.Namer) string { return TableName(n, ModelAccount) }

// TableName is called by GORM.
func (Verification) TableName(n schema.Namer) string { return TableName(n, ModelVerification) }

// TableName is called by GORM.
func (RateLimit) TableName(n schema.Namer) string { return TableName(n, ModelRateLimit) }

// boundModel ties a value to the schema of the database that it was read from
// or written to, so that its JSON and %v know which fields are hidden.
type boundModel struct {
	model *model
	// read are fields as they were read, see pending.go.
	read map[string]remembered
	// shownOnly says that the fields that are not shown were not read.
	shownOnly bool
	// missed says that a Save has found no row to update, see savesMissing.
	missed bool
}

func (u *User) state() *boundModel         { return &u.bound }
func (s *Session) state() *boundModel      { return &s.bound }
func (a *Account) state() *boundModel      { return &a.bound }
func (v *Verification) state() *boundModel { return &v.bound }
func (r *RateLimit) state() *boundModel    { return &r.bound }

// bindable is a model of this package, or a struct that embeds one.
type bindable interface{ state() *boundModel }

// coreModels declares the core models, in the order in which they can be created.
func coreModels(rateLimit bool) []PluginModel {
	models := []PluginModel{
		{Name: ModelUser, Struct: User{}},
		{Name: ModelSession, Struct: Session{}},
		{
			Name: ModelAccount, Struct: Account{},
			Indexes: []Index{{Fields: []string{"providerId", "accountId"}, Unique: true, Recommended: true}},
		},
		{Name: ModelVerification, Struct: Verification{}},
	}
	if rateLimit {
		models = append(models, PluginModel{Name: ModelRateLimit, Struct: RateLimit{}})
	}
	return models
}
