package organization

import (
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm/schema"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/plugins/access"
)

// The logical names of the models.
const (
	ModelOrganization     = "organization"
	ModelMember           = "member"
	ModelInvitation       = "invitation"
	ModelTeam             = "team"
	ModelTeamMember       = "teamMember"
	ModelOrganizationRole = "organizationRole"
)

// Organization is a group of users, such as a company.
type Organization struct {
	ID   authplugin.ID `json:"id"`
	Name string        `json:"name" auth:"sortable"`
	// Slug is its name in addresses. Nobody else has it.
	Slug      string    `json:"slug" auth:"unique;sortable"`
	Logo      *string   `json:"logo"`
	CreatedAt time.Time `json:"createdAt" auth:"createdAt"`
	// Metadata is JSON, as Better Auth keeps it: see DecodeMetadata.
	Metadata *string `json:"metadata"`

	// Additional holds the fields that an application adds.
	Additional authplugin.Values `gorm:"-" json:"-"`
}

// DecodeMetadata decodes the metadata into dest. Without any it leaves dest alone.
func (o Organization) DecodeMetadata(dest any) error {
	if o.Metadata == nil || *o.Metadata == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(*o.Metadata), dest); err != nil {
		return fmt.Errorf("organization: decode the metadata: %w", err)
	}
	return nil
}

// Member is a user in an organization.
type Member struct {
	ID             authplugin.ID `json:"id"`
	OrganizationID authplugin.ID `json:"organizationId" auth:"references:organization;index"`
	UserID         authplugin.ID `json:"userId" auth:"references:user;index"`
	// Role are the names of the member's roles, separated by commas: see Roles.
	Role      string    `json:"role" auth:"sortable;default:member"`
	CreatedAt time.Time `json:"createdAt" auth:"createdAt"`

	// Additional holds the fields that an application adds.
	Additional authplugin.Values `gorm:"-" json:"-"`

	// User is filled by Preload and Joins.
	User *authplugin.User `gorm:"foreignKey:UserID;references:ID;constraint:-" json:"user,omitempty"`
}

// Roles are the names of the member's roles.
func (m Member) Roles() []string { return access.Split(m.Role) }

// Status says what has become of an invitation.
type Status string

// What may become of an invitation.
const (
	StatusPending  Status = "pending"
	StatusAccepted Status = "accepted"
	StatusRejected Status = "rejected"
	StatusCanceled Status = "canceled"
)

// Invitation is an invitation of an e-mail address to an organization.
type Invitation struct {
	ID             authplugin.ID `json:"id"`
	OrganizationID authplugin.ID `json:"organizationId" auth:"references:organization;index"`
	Email          string        `json:"email" auth:"index;sortable;lower"`
	// Role are the names of the roles that the member will have.
	Role      *string       `json:"role" auth:"sortable"`
	Status    Status        `json:"status" auth:"type:string;sortable;default:pending"`
	ExpiresAt time.Time     `json:"expiresAt" auth:"index:recommended"`
	CreatedAt time.Time     `json:"createdAt" auth:"createdAt"`
	InviterID authplugin.ID `json:"inviterId" auth:"references:user;index:recommended"`

	// Additional holds the fields that an application adds, and teamId if there are
	// teams: see TeamIDs.
	Additional authplugin.Values `gorm:"-" json:"-"`
}

// Roles are the names of the roles that the member will have.
func (i Invitation) Roles() []string {
	if i.Role == nil {
		return nil
	}
	return access.Split(*i.Role)
}

// TeamIDs are the teams that the member will be in.
func (i Invitation) TeamIDs() []authplugin.ID {
	texts := access.Split(i.Additional.String(fieldTeamID))
	ids := make([]authplugin.ID, len(texts))
	for n, id := range texts {
		ids[n] = authplugin.ID(id)
	}
	return ids
}

// Team is a group of members of an organization.
type Team struct {
	ID             authplugin.ID `json:"id"`
	Name           string        `json:"name"`
	MemberCount    int           `json:"-" auth:"default:0;serverOnly;hidden"`
	OrganizationID authplugin.ID `json:"organizationId" auth:"references:organization;index"`
	CreatedAt      time.Time     `json:"createdAt" auth:"createdAt"`
	UpdatedAt      *time.Time    `json:"updatedAt" auth:"updatedAt"`

	// Additional holds the fields that an application adds.
	Additional authplugin.Values `gorm:"-" json:"-"`
}

// TeamMember is a user in a team.
type TeamMember struct {
	ID     authplugin.ID `json:"id"`
	TeamID authplugin.ID `json:"teamId" auth:"references:team;index"`
	UserID authplugin.ID `json:"userId" auth:"references:user;index"`
	// MembershipKey is a hash of team and user, so that nobody is in a team twice.
	MembershipKey *string    `json:"-" auth:"unique;serverOnly;hidden"`
	CreatedAt     *time.Time `json:"createdAt" auth:"createdAt"`

	// Additional holds the fields that an application adds.
	Additional authplugin.Values `gorm:"-" json:"-"`
}

// Role is a role that an organization has made for itself.
type Role struct {
	ID             authplugin.ID `json:"id"`
	OrganizationID authplugin.ID `json:"organizationId" auth:"references:organization;index"`
	// Role is its name.
	Role string `json:"role" auth:"index"`
	// Permission is JSON, as Better Auth keeps it: see Permissions.
	Permission string     `json:"permission"`
	CreatedAt  time.Time  `json:"createdAt" auth:"createdAt"`
	UpdatedAt  *time.Time `json:"updatedAt" auth:"updatedAt"`

	// Additional holds the fields that an application adds.
	Additional authplugin.Values `gorm:"-" json:"-"`
}

// Permissions are what the role permits.
func (r Role) Permissions() (access.Statements, error) {
	var statements access.Statements
	if err := json.Unmarshal([]byte(r.Permission), &statements); err != nil {
		return nil, fmt.Errorf("organization: the permissions of the role %s are not readable: %w", r.ID, err)
	}
	if statements == nil { // null
		statements = access.Statements{}
	}
	return statements, nil
}

// TableName is called by GORM.
func (Organization) TableName(n schema.Namer) string {
	return authplugin.TableName(n, ModelOrganization)
}

// TableName is called by GORM.
func (Member) TableName(n schema.Namer) string { return authplugin.TableName(n, ModelMember) }

// TableName is called by GORM.
func (Invitation) TableName(n schema.Namer) string { return authplugin.TableName(n, ModelInvitation) }

// TableName is called by GORM.
func (Team) TableName(n schema.Namer) string { return authplugin.TableName(n, ModelTeam) }

// TableName is called by GORM.
func (TeamMember) TableName(n schema.Namer) string { return authplugin.TableName(n, ModelTeamMember) }

// TableName is called by GORM.
func (Role) TableName(n schema.Namer) string { return authplugin.TableName(n, ModelOrganizationRole) }

// Format prints the organization without what is hidden.
func (o Organization) Format(f fmt.State, _ rune) { authplugin.FormatModel(f, o) }

// Format prints the member without what is hidden.
func (m Member) Format(f fmt.State, _ rune) { authplugin.FormatModel(f, m) }

// Format prints the invitation without what is hidden.
func (i Invitation) Format(f fmt.State, _ rune) { authplugin.FormatModel(f, i) }

// Format prints the team without what is hidden.
func (t Team) Format(f fmt.State, _ rune) { authplugin.FormatModel(f, t) }

// Format prints the member of a team without what is hidden.
func (m TeamMember) Format(f fmt.State, _ rune) { authplugin.FormatModel(f, m) }

// Format prints the role without what is hidden.
func (r Role) Format(f fmt.State, _ rune) { authplugin.FormatModel(f, r) }
