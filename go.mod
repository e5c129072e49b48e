module github.com/gorm-auth/authplugin

go 1.25.0
