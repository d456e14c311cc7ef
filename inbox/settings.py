"""Settings of the process, from the environment and `.env`; credentials of channels are data."""

import ipaddress
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every `INBOX_…` variable with its default; docs/configuration.md lists them."""

    model_config = SettingsConfigDict(
        env_prefix="INBOX_", env_file=".env", frozen=True, extra="ignore"
    )

    database_url: str = Field(
        "", description="postgresql://… or empty for SQLite in the data folder"
    )
    redis_url: str = Field("", description="redis://… for many processes; empty for one process")
    data_dir: Path = Field(Path("data"), description="database, files and secret key live here")
    files_url: str = Field("", description="s3://, gs://, az:// or empty for a folder in data_dir")
    secret_key: str = Field(
        "", description="32+ random characters; made and kept in data_dir if absent"
    )
    public_url: str = Field(
        "http://127.0.0.1:8080", description="how browsers and providers reach us"
    )
    trusted_proxies: str = Field(
        "", description="comma separated networks whose X-Forwarded-* counts"
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    private_hosts: str = Field(
        "", description="comma separated host:port that outgoing calls may reach though not public"
    )

    @field_validator("database_url")
    @classmethod
    def database_is_one_of_ours(cls, url: str) -> str:
        if url and not url.startswith(("postgres", "sqlite:")):
            raise ValueError("Give postgresql://user@host/name, or nothing for SQLite.")
        return url

    @field_validator("redis_url")
    @classmethod
    def redis_is_one(cls, url: str) -> str:
        if url and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("Give redis://host:6379/0, or nothing for one process.")
        return url

    @field_validator("public_url")
    @classmethod
    def public_url_is_a_place(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")) or " " in url:
            raise ValueError("Give it as https://inbox.example.org.")
        return url.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def proxies_are_networks(cls, text: str) -> str:
        for network in filter(None, map(str.strip, text.split(","))):
            try:
                ipaddress.ip_network(network)
            except ValueError:
                raise ValueError(f"{network} is no network. Give it as 10.0.0.0/8.") from None
        return text

    @property
    def spool_dir(self) -> Path:
        """For large things on their way, on the disk of the files, so that they need no copying."""
        return self.data_dir / "spool"

    @property
    def sqlalchemy_url(self) -> str:
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'inbox.sqlite3'}"
        scheme, _, rest = self.database_url.partition("://")
        return (
            f"postgresql+psycopg://{rest}" if scheme.startswith("postgres") else self.database_url
        )

    @property
    def is_sqlite(self) -> bool:
        return self.sqlalchemy_url.startswith("sqlite")
