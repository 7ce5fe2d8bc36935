"""Validates the RO-Crate in the folder given after the profile Process Run Crate, without a network: the context of RO-Crate
1.1 is the one that the package rocrate brings, that of the profile's terms is written down here by their names."""

import json
import os
import sys

import rdflib.plugins.shared.jsonld.util as jsonld
import requests
import rocrate

TERMS = "https://w3id.org/ro/terms/workflow-run"
NAMES = ["containerImage", "environment", "md5", "registry", "resourceUsage", "sha1", "sha256", "sha512", "tag"]

with open(os.path.join(os.path.dirname(rocrate.__file__), "data", "ro-crate.jsonld"), encoding="utf-8") as file:
    crate = json.load(file)
assert crate["version"] == "1.1.0", crate["version"]
known = {
    crate["@id"]: crate,
    f"{TERMS}/context": {"@context": {name: f"{TERMS}#{name}" for name in NAMES}},
}
fetch = jsonld.source_to_json
jsonld.source_to_json = lambda source, *rest: (known[source], None) if source in known else fetch(source, *rest)

# Looks at the function above when it is imported.
from rocrate_validator import models, services  # noqa: E402
from rocrate_validator.utils.http import HttpRequester  # noqa: E402


def get(self, url, **more):
    answer = requests.Response()
    answer.status_code = 200 if url in known else 404
    answer.headers["Content-Type"] = "application/ld+json"
    answer._content = json.dumps(known.get(url)).encode()
    return answer


HttpRequester.get = get

result = services.validate(
    services.ValidationSettings(
        rocrate_uri=sys.argv[1],
        profile_identifier="process-run-crate",
        requirement_severity=models.Severity.RECOMMENDED,
    )
)
print(json.dumps([{"severity": one.severity.name, "message": str(one.message)} for one in result.get_issues()]))
