#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes the certificates of the tests anew: FOR TESTS ONLY. Their keys are public, nothing may ever trust them.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/ca.cnf" <<END
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
: > "$work/index"

sign () { # name subject start end extensions [options of openssl ca]
  name=$1 subject=$2 start=$3 end=$4
  printf '%b' "$5" > "$work/$name.ext"
  shift 5
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/$name.key" -out "$work/$name.csr" -subj "$subject"
  openssl ca -batch -config "$work/ca.cnf" -in "$work/$name.csr" -startdate "$start" -enddate "$end" -extfile "$work/$name.ext" -notext \
    -out "$work/$name.crt" -keyfile "$work/ca.key" "$@"
}

{
  sign ca '/CN=dheera-ai tests only' 20200101000000Z 21200101000000Z 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n' -selfsign
  { echo 'FOR TESTS ONLY'; cat "$work/ca.crt"; } > ca.pem
  here='subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\nextendedKeyUsage=serverAuth\n'
  sign localhost '/CN=localhost' 20200101000000Z 21200101000000Z "$here" -cert ca.pem
  sign otherhost '/CN=other.example' 20200101000000Z 21200101000000Z 'subjectAltName=DNS:other.example\nextendedKeyUsage=serverAuth\n' -cert ca.pem
  sign expired '/CN=localhost' 20200101000000Z 20200102000000Z "$here" -cert ca.pem
} 2> /dev/null

for name in localhost otherhost expired; do
  { echo 'FOR TESTS ONLY'; cat "$work/$name.crt" "$work/$name.key"; } > "$name.pem"
done
