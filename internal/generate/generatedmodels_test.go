package generate

import (
	mariadbbetterauth "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mariadb/betterauth"
	mariadbdefaults "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mariadb/defaults"
	mariadbfields "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mariadb/fields"
	mariadbmixed "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mariadb/mixed"
	mariadbnames "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mariadb/names"
	mariadbplugins "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mariadb/plugins"
	mariadbserial "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mariadb/serial"
	mariadbunmanaged "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mariadb/unmanaged"
	mariadbuuid "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mariadb/uuid"
	mysqlbetterauth "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mysql/betterauth"
	mysqldefaults "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mysql/defaults"
	mysqlfields "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mysql/fields"
	mysqlmixed "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mysql/mixed"
	mysqlnames "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mysql/names"
	mysqlplugins "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mysql/plugins"
	mysqlserial "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mysql/serial"
	mysqlunmanaged "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mysql/unmanaged"
	mysqluuid "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/mysql/uuid"
	postgresbetterauth "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/postgres/betterauth"
	postgresdefaults "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/postgres/defaults"
	postgresfields "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/postgres/fields"
	postgresmixed "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/postgres/mixed"
	postgresnames "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/postgres/names"
	postgresplugins "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/postgres/plugins"
	postgresschemas "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/postgres/schemas"
	postgresserial "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/postgres/serial"
	postgresunmanaged "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/postgres/unmanaged"
	postgresuuid "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/postgres/uuid"
	sqlitebetterauth "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlite/betterauth"
	sqlitedefaults "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlite/defaults"
	sqlitefields "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlite/fields"
	sqlitemixed "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlite/mixed"
	sqlitenames "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlite/names"
	sqliteplugins "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlite/plugins"
	sqliteserial "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlite/serial"
	sqliteunmanaged "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlite/unmanaged"
	sqliteuuid "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlite/uuid"
	sqlserverbetterauth "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlserver/betterauth"
	sqlserverdefaults "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlserver/defaults"
	sqlserverfields "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlserver/fields"
	sqlservermixed "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlserver/mixed"
	sqlservernames "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlserver/names"
	sqlserverplugins "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlserver/plugins"
	sqlserverschemas "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlserver/schemas"
	sqlserverserial "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlserver/serial"
	sqlserverunmanaged "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlserver/unmanaged"
	sqlserveruuid "github.com/gorm-auth/authplugin/internal/generate/testdata/gorm/sqlserver/uuid"
)

// generatedModels are the packages of the golden files, by database and case:
// importing them compiles them.
var generatedModels = map[string]map[string]func() []any{
	"mariadb": {
		"betterauth": mariadbbetterauth.Models,
		"defaults":   mariadbdefaults.Models,
		"fields":     mariadbfields.Models,
		"mixed":      mariadbmixed.Models,
		"names":      mariadbnames.Models,
		"plugins":    mariadbplugins.Models,
		"serial":     mariadbserial.Models,
		"unmanaged":  mariadbunmanaged.Models,
		"uuid":       mariadbuuid.Models,
	},
	"mysql": {
		"betterauth": mysqlbetterauth.Models,
		"defaults":   mysqldefaults.Models,
		"fields":     mysqlfields.Models,
		"mixed":      mysqlmixed.Models,
		"names":      mysqlnames.Models,
		"plugins":    mysqlplugins.Models,
		"serial":     mysqlserial.Models,
		"unmanaged":  mysqlunmanaged.Models,
		"uuid":       mysqluuid.Models,
	},
	"postgres": {
		"betterauth": postgresbetterauth.Models,
		"defaults":   postgresdefaults.Models,
		"fields":     postgresfields.Models,
		"mixed":      postgresmixed.Models,
		"names":      postgresnames.Models,
		"plugins":    postgresplugins.Models,
		"schemas":    postgresschemas.Models,
		"serial":     postgresserial.Models,
		"unmanaged":  postgresunmanaged.Models,
		"uuid":       postgresuuid.Models,
	},
	"sqlite": {
		"betterauth": sqlitebetterauth.Models,
		"defaults":   sqlitedefaults.Models,
		"fields":     sqlitefields.Models,
		"mixed":      sqlitemixed.Models,
		"names":      sqlitenames.Models,
		"plugins":    sqliteplugins.Models,
		"serial":     sqliteserial.Models,
		"unmanaged":  sqliteunmanaged.Models,
		"uuid":       sqliteuuid.Models,
	},
	"sqlserver": {
		"betterauth": sqlserverbetterauth.Models,
		"defaults":   sqlserverdefaults.Models,
		"fields":     sqlserverfields.Models,
		"mixed":      sqlservermixed.Models,
		"names":      sqlservernames.Models,
		"plugins":    sqlserverplugins.Models,
		"schemas":    sqlserverschemas.Models,
		"serial":     sqlserverserial.Models,
		"unmanaged":  sqlserverunmanaged.Models,
		"uuid":       sqlserveruuid.Models,
	},
}
