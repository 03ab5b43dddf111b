package app

import (
	"crypto/x509"
	"encoding/pem"
	"os"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rosterd/rosterd/internal/config"
)

// certificates are the metrics of the certificates that sources show (mTLS): when each
// ends. A source whose certificate has ended is a source that fails.
func certificates(file config.File) []prometheus.Collector {
	var all []prometheus.Collector
	for _, s := range file.Sources {
		shows, may := s.Settings.(interface{ ClientCertificate() string })
		if !may || shows.ClientCertificate() == "" {
			continue
		}
		path := shows.ClientCertificate()
		all = append(all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "rosterd_certificate_expiry_timestamp_seconds", Help: "When the certificate that rosterd shows to a source ends; 0: it cannot be read.",
			ConstLabels: prometheus.Labels{"source": s.Name},
		}, func() float64 { return expiry(path) }))
	}
	return all
}

// expiry is when the first certificate of a PEM file ends, in seconds; 0 where there is
// none. It is the one that is shown; the others are of those who issued it.
func expiry(path string) float64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return 0
		}
		return float64(certificate.NotAfter.Unix())
	}
	return 0
}
