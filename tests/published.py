"""The companies of which something is published, so that there are claims to check."""

from model.companies import COMPANIES
from model.companies.claims import claims

PUBLISHED = tuple(company for company in COMPANIES if claims(company).claims)
