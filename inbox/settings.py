"""Settings of the process, from the environment and `.env`; credentials of channels are data."""

from pathlib import Path

from pydantic import Field
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
