package authcli

import (
	"database/sql"
	"errors"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	driver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
)

// mysqlForm is the Go driver's own form, user:password@tcp(host:3306)/database.
// A scheme keeps a URL from being taken for it.
var mysqlForm = regexp.MustCompile(`(^|@)(tcp|tcp4|tcp6|unix)\([^()]*\)/|(^|@)/[^/@]*$`)

func mysqlDSN(raw string) bool {
	return !strings.Contains(raw, "://") && !strings.HasPrefix(raw, "sqlite:") && !strings.HasPrefix(raw, "file:") && mysqlForm.MatchString(raw)
}

// connectMySQL reads mysql://user:password@host:3306/database with the parameters of
// the Go driver, and of those of other clients ssl-mode and socket.
func connectMySQL(u *url.URL) (*connector, error) {
	config := driver.NewConfig()
	parameters := u.Query()
	if err := translateMySQL(config, parameters); err != nil {
		return nil, err
	}
	// The driver knows best what its parameters mean.
	var b strings.Builder
	b.WriteString("/")
	for i, key := range slices.Sorted(maps.Keys(parameters)) {
		b.WriteString(map[bool]string{true: "?", false: "&"}[i == 0])
		b.WriteString(key + "=" + url.QueryEscape(parameters.Get(key)))
	}
	parsed, err := driver.ParseDSN(b.String())
	if err != nil {
		return nil, errors.New("MySQL's driver cannot read the parameters of the database URL")
	}
	if config.TLSConfig != "" {
		parsed.TLSConfig = config.TLSConfig
		if err := checkTLS(parsed); err != nil {
			return nil, err
		}
	}
	parsed.Net, parsed.Addr = "tcp", u.Host
	if u.Port() == "" {
		parsed.Addr = u.Host + ":3306"
	}
	if u.Hostname() == "" {
		parsed.Addr = "127.0.0.1:3306"
	}
	if config.Net == "unix" {
		parsed.Net, parsed.Addr = config.Net, config.Addr
	}
	if u.User != nil {
		parsed.User = u.User.Username()
		parsed.Passwd, _ = u.User.Password()
	}
	parsed.DBName = strings.TrimPrefix(u.Path, "/")
	return openMySQL(parsed, serverTarget(u))
}

// checkTLS has the driver look at a TLS setting, which it does when it parses.
func checkTLS(config *driver.Config) error {
	if _, err := driver.ParseDSN("/?tls=" + url.QueryEscape(config.TLSConfig)); err != nil {
		return errors.New("the tls setting of the database URL is not known")
	}
	return nil
}

// translateMySQL takes the parameters of other clients out of those of the driver.
func translateMySQL(config *driver.Config, parameters url.Values) error {
	for key := range parameters {
		switch name := strings.ToLower(key); name {
		case "user", "username", "password", "passwd", "pwd", "pass":
			// The driver would send it to the server as a variable.
			return errors.New("the database URL has a parameter for user or password; they belong before the host: mysql://user:password@host/database")
		case "ssl-mode", "sslmode", "ssl_mode":
			modes := map[string]string{
				"disable": "false", "disabled": "false", "prefer": "preferred", "preferred": "preferred",
				"require": "skip-verify", "required": "skip-verify", "verify_ca": "true", "verify_identity": "true",
				"verify-ca": "true", "verify-full": "true",
			}
			config.TLSConfig = modes[strings.ToLower(parameters.Get(key))]
			if config.TLSConfig == "" {
				return errors.New("the ssl-mode of the database URL is not known: it is one of disabled, preferred, required, verify_ca, verify_identity")
			}
			parameters.Del(key)
		case "socket":
			config.Net, config.Addr = "unix", parameters.Get(key)
			parameters.Del(key)
		}
	}
	return nil
}

// connectMySQLDSN reads the form of the Go driver.
func connectMySQLDSN(raw string) (*connector, error) {
	config, err := driver.ParseDSN(raw)
	if err != nil {
		return nil, errors.New("MySQL's driver cannot read the database URL; its form is user:password@tcp(host:3306)/database")
	}
	return openMySQL(config, "mysql://"+config.Addr+"/"+config.DBName)
}

// openMySQL sets what the library asks of a DSN: times as time.Time in UTC,
// matched rather than changed rows, and a character set that holds everything.
func openMySQL(config *driver.Config, target string) (*connector, error) {
	if config.DBName == "" {
		return nil, errors.New("the database URL names no database: mysql://user:password@host/database")
	}
	config.ParseTime = true
	config.Loc = time.UTC
	config.ClientFoundRows = true
	config.Logger = &driver.NopLogger{} // its errors say it all
	if config.Params["charset"] == "" {
		config.Params = maps.Clone(config.Params)
		if config.Params == nil {
			config.Params = map[string]string{}
		}
		config.Params["charset"] = "utf8mb4"
	}
	if config.Timeout == 0 {
		config.Timeout = connectTimeout
	}
	c, err := driver.NewConnector(config)
	if err != nil {
		return nil, errors.New("MySQL's driver refuses the settings of the database URL")
	}
	pool := sql.OpenDB(c)
	return &connector{dialector: mysql.New(mysql.Config{Conn: pool, DSNConfig: config}), pool: pool, target: target}, nil
}
