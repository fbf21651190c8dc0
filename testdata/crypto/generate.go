package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"
)

var out = os.Args[1]

func put(name, label string, b []byte) []byte {
	t := pem.EncodeToMemory(&pem.Block{Type: label, Bytes: b})
	if err := os.WriteFile(out+"/"+name, t, 0o644); err != nil { panic(err) }
	return t
}

func must[T any](v T, err error) T { if err != nil { panic(err) }; return v }

func tmpl(cn string, ips []string, dns []string, days int) *x509.Certificate {
	serial := make([]byte, 16)
	for i := range serial { serial[i] = byte(37 * i) }
	now := time.Unix(1795867200, 0)
	t := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial), Subject: pkix.Name{CommonName: cn}, DNSNames: dns,
		NotBefore: now, NotAfter: now.Add(time.Hour * 24 * time.Duration(days)),
		KeyUsage: x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	for _, ip := range ips { t.IPAddresses = append(t.IPAddresses, net.ParseIP(ip)) }
	return t
}

func main() {
	rk := must(rsa.GenerateKey(rand.Reader, 2048))
	_, ek, _ := ed25519.GenerateKey(rand.Reader)
	put("rsa.key", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rk))
	put("rsa.pkcs8", "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(rk)))
	put("ed25519.key", "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(ek)))
	for n, c := range map[string]elliptic.Curve{"p224": elliptic.P224(), "p256": elliptic.P256(), "p384": elliptic.P384(), "p521": elliptic.P521()} {
		k := must(ecdsa.GenerateKey(c, rand.Reader))
		put(n+".key", "EC PRIVATE KEY", must(x509.MarshalECPrivateKey(k)))
		put(n+".pkcs8", "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(k)))
		ca := tmpl(n, nil, nil, 10); ca.IsCA = true; ca.KeyUsage |= x509.KeyUsageCertSign
		put(n+".crt", "CERTIFICATE", must(x509.CreateCertificate(rand.Reader, ca, ca, k.Public(), k)))
	}
	for n, k := range map[string]crypto.Signer{"rsa": rk, "ed25519": ek} {
		ca := tmpl("My CA", nil, nil, 3650)
		ca.IsCA = true
		ca.KeyUsage |= x509.KeyUsageCertSign
		raw := must(x509.CreateCertificate(rand.Reader, ca, ca, k.Public(), k))
		put(n+"-ca.crt", "CERTIFICATE", raw)
		parent := must(x509.ParseCertificate(raw))
		self := func(name string, t *x509.Certificate) { put(n+"-"+name+".crt", "CERTIFICATE", must(x509.CreateCertificate(rand.Reader, t, t, k.Public(), k))) }
		self("names", tmpl("*.example.com", []string{"10.0.0.1", "::1", "::ffff:1.2.3.4"}, []string{"a.example.com", "", "*.b"}, 365))
		self("unnamed", tmpl("", nil, []string{"x"}, 9000))
		self("foreign", tmpl("münchen & co", nil, nil, -1))
		self("wrapped", tmpl("Wrapped", nil, nil, 200000))
		t := tmpl("leaf", nil, []string{"leaf.svc"}, 30)
		put(n+"-leaf.crt", "CERTIFICATE", must(x509.CreateCertificate(rand.Reader, t, parent, ek.Public(), k)))
		t = tmpl("My CA", nil, nil, 30)
		put(n+"-namesake.crt", "CERTIFICATE", must(x509.CreateCertificate(rand.Reader, t, parent, ek.Public(), k)))
	}
	fmt.Println("ok")
}
