"""Documents in an S3 bucket instead of a folder, against a server that speaks S3."""

import pytest
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from config import environment
from core import documents
from tests.core.test_documents import case, content_of, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(settings):
    """A bucket in a server of its own, which speaks S3."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"s3://papers?endpoint=http://{host}:{port}&region=us-east-1"
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    read = environment.Environment({"MEDIA": address, **keys})
    storage = environment.media(read, "MEDIA", None)
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    default_storage.connection.create_bucket(Bucket="papers")
    yield default_storage
    server.stop()


def test_a_bucket_serves_as_well_as_a_folder(cast, bucket, rf):
    document = documents.store(upload(), by=cast.manager, dossier=case())
    documents.store(upload(), by=cast.owner, dossier=case("P-2"))
    assert len(list(bucket.bucket.objects.all())) == 1
    assert content_of(documents.serve(rf.get("/"), document)) == b"El contenido"
    bucket.bucket.put_object(Key=document.blob.path, Body=b"El c0ntenido")
    request = rf.get("/")
    request.user = cast.manager
    assert documents.serve(request, document).status_code == 409
    bucket.delete(document.blob.path)
    assert documents.serve(request, document).status_code == 409
