package authplugin

import "time"

// parseSQLiteTime reads the form that sqliteTime writes.
func parseSQLiteTime(s string) (time.Time, bool) {
	if len(s) != len(sqliteTime) || s[4] != '-' || s[7] != '-' || s[10] != 'T' ||
		s[13] != ':' || s[16] != ':' || s[19] != '.' || s[23] != 'Z' {
		return time.Time{}, false
	}
	d := digits{text: s}
	year, month, day := d.two(0)*100+d.two(2), d.two(5), d.two(8)
	hour, minute, second, milli := d.two(11), d.two(14), d.two(17), d.two(20)*10+d.one(22)
	if d.failed || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	if day > 28 && day > daysIn(year, month) {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, milli*int(time.Millisecond), time.UTC), true
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// digits reads numbers of a text by their places.
type digits struct {
	text   string
	failed bool
}

func (d *digits) one(at int) int {
	n := d.text[at] - '0'
	d.failed = d.failed || n > 9
	return int(n)
}

func (d *digits) two(at int) int { return d.one(at)*10 + d.one(at+1) }
