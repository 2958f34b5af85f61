#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Makes the certificates of one test run, signed by a certification authority that nobody else has and nobody trusts.
#
#   make-certs.sh FOLDER
#
# FOLDER then has, each with its key in NAME.key (EC P-256, without a password):
#   ca.pem           the authority
#   server.pem       localhost, 127.0.0.1 and ::1
#   expired.pem      the same, ended in 2020
#   wrong-host.pem   other.example
#   self-signed.pem  localhost, signed by itself
#   client.pem       a client, CN=dheera-test-client
#   other-client.pem a client that another authority signed
# Exits with 77 where openssl is missing.
set -eu

if ! command -v openssl >/dev/null; then
  echo 'the program openssl is not installed' >&2
  exit 77
fi
umask 077
mkdir -p "$1"
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "openssl x509" can't make a certificate that has ended; "openssl ca" can.
cat >"$work/ca.cnf" <<END
[ca]
default_ca = tests
[tests]
dir = $work
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
END
: >"$work/index"

begin=20200101000000Z
end=21200101000000Z

# sign NAME SUBJECT END EXTENSIONS [options of openssl ca]
sign() {
  name=$1 subject=$2 until=$3
  printf '%b' "$4" >"$work/ext"
  shift 4
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout "$name.key" -out "$work/csr" -subj "$subject"
  openssl ca -batch -config "$work/ca.cnf" -in "$work/csr" -startdate "$begin" -enddate "$until" \
    -extfile "$work/ext" -notext -out "$name.pem" "$@"
}

authority='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n'
leaf='basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n'
leaf="${leaf}subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
server="${leaf}extendedKeyUsage=serverAuth\nsubjectAltName="
client="${leaf}extendedKeyUsage=clientAuth\n"
here='DNS:localhost,IP:127.0.0.1,IP:::1\n'

make_all() {
  sign ca '/CN=dheera-ai tests only' "$end" "$authority" -keyfile ca.key -selfsign
  sign server '/CN=localhost' "$end" "$server$here" -cert ca.pem -keyfile ca.key
  sign expired '/CN=localhost' 20200102000000Z "$server$here" -cert ca.pem -keyfile ca.key
  sign wrong-host '/CN=other.example' "$end" "${server}DNS:other.example\n" -cert ca.pem -keyfile ca.key
  sign client '/CN=dheera-test-client' "$end" "$client" -cert ca.pem -keyfile ca.key
  sign self-signed '/CN=localhost' "$end" "${server}$here" -keyfile self-signed.key -selfsign
  sign other-ca '/CN=dheera-ai tests only, another' "$end" "$authority" -keyfile other-ca.key -selfsign
  sign other-client '/CN=dheera-test-client' "$end" "$client" -cert other-ca.pem -keyfile other-ca.key
  rm -f other-ca.pem other-ca.key
}

if ! make_all 2>"$work/log"; then
  cat "$work/log" >&2
  exit 1
fi
