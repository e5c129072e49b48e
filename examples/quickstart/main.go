// Quickstart creates an SQLite file with the auth tables, adds a user with an
// additional field, and reads it back with plain GORM.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
)

func main() {
	dir, err := os.MkdirTemp("", "authplugin-quickstart")
	if err != nil {
		log.Fatal(err)
	}
	if err := run(filepath.Join(dir, "app.db")); err != nil {
		log.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		log.Fatal(err)
	}
}

func run(file string) error {
	auth := authplugin.New(authplugin.Config{
		User: authplugin.ModelConfig{
			AdditionalFields: authplugin.Fields{
				"role": {Type: authplugin.Enum("user", "admin"), DefaultValue: "user", ServerOnly: true},
				"lang": {Type: authplugin.String, DefaultValue: "en"},
			},
		},
		AutoMigrate: true,
	})
	db, err := gorm.Open(open(file), &gorm.Config{})
	if err != nil {
		return err
	}
	if err := db.Use(auth); err != nil {
		return err
	}
	for _, m := range auth.Schema().Models() {
		fmt.Printf("table %-13s %2d columns, %d indexes\n", m.Table, len(m.Fields), len(m.Indexes))
	}

	ada := authplugin.User{Name: "Ada", Email: "Ada@example.com", Additional: authplugin.Values{"role": "admin"}}
	if err := db.Create(&ada).Error; err != nil {
		return err
	}

	var admins []authplugin.User
	if err := db.Where("role = ?", "admin").Order("lang").Find(&admins).Error; err != nil {
		return err
	}
	for _, u := range admins {
		fmt.Printf("%s <%s> is %s and reads %s; the id has %d characters\n",
			u.Name, u.Email, u.Additional["role"], u.Additional["lang"], len(u.ID))
	}
	return nil
}
