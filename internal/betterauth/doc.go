// Package betterauth has what tests compare the library with: databases that Better
// Auth made, and the schemas of its core and plugins.
package betterauth
