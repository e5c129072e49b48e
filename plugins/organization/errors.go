package organization

import (
	"errors"
	"net/http"

	"github.com/gorm-auth/authplugin"
)

// Errors that callers branch on, with errors.Is. Each is an *authplugin.APIError with
// the code of Better Auth, but for ErrNotAllowed, which stands for several of its codes.
var (
	ErrOrganizationNotFound = authplugin.NewAPIError(http.StatusBadRequest, "ORGANIZATION_NOT_FOUND", "organization not found")
	ErrNotMember            = authplugin.NewAPIError(http.StatusForbidden, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION", "user is not a member of the organization")
	ErrMemberNotFound       = authplugin.NewAPIError(http.StatusBadRequest, "MEMBER_NOT_FOUND", "member not found")
	ErrNotAllowed           = authplugin.NewAPIError(http.StatusForbidden, "YOU_ARE_NOT_ALLOWED", "your role in the organization does not permit this")
	ErrSlugTaken            = authplugin.NewAPIError(http.StatusBadRequest, "ORGANIZATION_SLUG_ALREADY_TAKEN", "organization slug already taken")
	ErrAlreadyMember        = authplugin.NewAPIError(http.StatusBadRequest, "USER_IS_ALREADY_A_MEMBER_OF_THIS_ORGANIZATION", "user is already a member of this organization")
	ErrLastOwner            = authplugin.NewAPIError(http.StatusBadRequest, "YOU_CANNOT_LEAVE_THE_ORGANIZATION_WITHOUT_AN_OWNER", "the organization must keep an owner")

	ErrAlreadyInvited       = authplugin.NewAPIError(http.StatusBadRequest, "USER_IS_ALREADY_INVITED_TO_THIS_ORGANIZATION", "user is already invited to this organization")
	ErrInvitationNotFound   = authplugin.NewAPIError(http.StatusBadRequest, "INVITATION_NOT_FOUND", "invitation not found")
	ErrNotRecipient         = authplugin.NewAPIError(http.StatusForbidden, "YOU_ARE_NOT_THE_RECIPIENT_OF_THE_INVITATION", "you are not the recipient of the invitation")
	ErrEmailNotVerified     = authplugin.NewAPIError(http.StatusForbidden, "EMAIL_VERIFICATION_REQUIRED_BEFORE_ACCEPTING_OR_REJECTING_INVITATION", "verify your e-mail address first")
	ErrOrganizationLimit    = authplugin.NewAPIError(http.StatusForbidden, "YOU_HAVE_REACHED_THE_MAXIMUM_NUMBER_OF_ORGANIZATIONS", "you have reached the maximum number of organizations")
	ErrMembershipLimit      = authplugin.NewAPIError(http.StatusForbidden, "ORGANIZATION_MEMBERSHIP_LIMIT_REACHED", "organization membership limit reached")
	ErrInvitationLimit      = authplugin.NewAPIError(http.StatusForbidden, "INVITATION_LIMIT_REACHED", "invitation limit reached")
	ErrTeamLimit            = authplugin.NewAPIError(http.StatusBadRequest, "YOU_HAVE_REACHED_THE_MAXIMUM_NUMBER_OF_TEAMS", "you have reached the maximum number of teams")
	ErrTeamMemberLimit      = authplugin.NewAPIError(http.StatusForbidden, "TEAM_MEMBER_LIMIT_REACHED", "team member limit reached")
	ErrTeamNotFound         = authplugin.NewAPIError(http.StatusBadRequest, "TEAM_NOT_FOUND", "team not found")
	ErrNotTeamMember        = authplugin.NewAPIError(http.StatusForbidden, "USER_IS_NOT_A_MEMBER_OF_THE_TEAM", "user is not a member of the team")
	ErrLastTeam             = authplugin.NewAPIError(http.StatusBadRequest, "UNABLE_TO_REMOVE_LAST_TEAM", "unable to remove the last team")
	ErrRoleNotFound         = authplugin.NewAPIError(http.StatusBadRequest, "ROLE_NOT_FOUND", "role not found")
	ErrRoleTaken            = authplugin.NewAPIError(http.StatusBadRequest, "ROLE_NAME_IS_ALREADY_TAKEN", "that role name is already taken")
	ErrRoleAssigned         = authplugin.NewAPIError(http.StatusBadRequest, "ROLE_IS_ASSIGNED_TO_MEMBERS", "members or invitations have the role")
	ErrRoleLimit            = authplugin.NewAPIError(http.StatusBadRequest, "TOO_MANY_ROLES", "this organization has too many roles")
	ErrUnknownPermission    = authplugin.NewAPIError(http.StatusBadRequest, "INVALID_RESOURCE", "the permissions include an unknown resource or action")
	errTeamsDisabled        = errors.New("organization: teams are not enabled: set Options.Teams.Enabled")
	errDynamicRolesDisabled = errors.New("organization: dynamic roles are not enabled: set Options.DynamicRoles.Enabled")
)

// invalid is the error for a value that a field does not take.
func invalid(model, field, problem string) error {
	return &authplugin.FieldError{Model: model, Field: field, Problem: problem}
}

// instead returns another error for one of a class.
func instead(err, class, other error) error {
	if errors.Is(err, class) {
		return other
	}
	return err
}
