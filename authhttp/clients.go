package authhttp

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

const defaultHeader = "X-Forwarded-For"

// Clients finds out who a client is.
type Clients struct {
	// Trusted are the networks of proxies whose word is taken. Without any, the client
	// is who is connected, whatever the headers say: they are the client's to write.
	Trusted []netip.Prefix
	// Header is where the proxies say from whom they have a request. Defaults to
	// X-Forwarded-For, a list to which each adds an address; Forwarded is that of RFC
	// 7239; any other is taken for one address, such as X-Real-IP.
	Header string
}

// Address is the address of the client, the zero Addr when it is not known. It goes
// through the list from its end, as long as it was written by proxies that are trusted:
// the first address that is no such proxy's is the client's. What is no address ends
// the search, since nobody knows who wrote what stands before it.
func (c Clients) Address(r *http.Request) netip.Addr {
	peer := addressOf(r.RemoteAddr)
	if len(c.Trusted) == 0 || !c.trusts(peer) {
		return peer
	}
	header := c.Header
	if header == "" {
		header = defaultHeader
	}
	client := peer
	for _, text := range slices.Backward(hops(header, r.Header.Values(header))) {
		address := addressOf(text)
		if !address.IsValid() {
			return netip.Addr{}
		}
		client = address
		if !c.trusts(address) {
			break
		}
	}
	return client
}

func (c Clients) trusts(address netip.Addr) bool {
	return address.IsValid() && slices.ContainsFunc(c.Trusted, func(network netip.Prefix) bool {
		return network.Contains(address) || network.Addr().Is4In6() && network.Contains(netip.AddrFrom16(address.As16()))
	})
}

// maxHops is how many addresses of a list are looked at.
const maxHops = 64

// hops are the addresses that proxies have written, the last one by the nearest.
func hops(header string, values []string) []string {
	if len(values) == 0 {
		return nil
	}
	if !strings.EqualFold(header, defaultHeader) && !strings.EqualFold(header, "Forwarded") {
		return values[len(values)-1:]
	}
	var list []string
	for _, value := range values {
		for element := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(header, "Forwarded") {
				element = forwardedFor(element)
			}
			list = append(list, strings.TrimSpace(element))
		}
	}
	return list[max(len(list)-maxHops, 0):]
}

// forwardedFor is the parameter for of an element of a Forwarded header.
func forwardedFor(element string) string {
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if strings.EqualFold(strings.TrimSpace(name), "for") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// addressOf reads an address, with a port or without: 192.0.2.1, 192.0.2.1:80,
// 2001:db8::1, [2001:db8::1], [2001:db8::1]:80. The zero Addr is for anything else.
func addressOf(text string) netip.Addr {
	if port, err := netip.ParseAddrPort(text); err == nil {
		return port.Addr().Unmap().WithZone("")
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap().WithZone("")
}
