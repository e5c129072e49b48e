package authplugin

import "fmt"

// APIError is an error that a client may see. Hooks return it to refuse a write
// with an HTTP status and a code; callers find it with errors.As.
type APIError struct {
	// Status is that of HTTP, such as http.StatusBadRequest.
	Status int
	// Code is for programs, such as "TERMS_NOT_ACCEPTED".
	Code string
	// Message is for people.
	Message string
	// Err is the cause, nil if there is none. It is not for clients.
	Err error
}

// NewAPIError makes an [APIError] without a cause.
func NewAPIError(status int, code, message string) *APIError {
	return &APIError{Status: status, Code: code, Message: message}
}

// Error implements error.
func (e *APIError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("authplugin: %d %s: %s: %v", e.Status, e.Code, e.Message, e.Err)
	}
	return fmt.Sprintf("authplugin: %d %s: %s", e.Status, e.Code, e.Message)
}

// Unwrap gives the cause.
func (e *APIError) Unwrap() error { return e.Err }
