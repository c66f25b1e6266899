"""Shards of five small JPEGs by the libraries that people write them with: tar (three header forms), TFRecord, Parquet (four compressions).

python -m pip install numpy pillow pyarrow tfrecord && python make_shards.py
"""
import hashlib
import io
import json
import tarfile
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from tfrecord.writer import TFRecordWriter

rng = np.random.default_rng(3)
NAMES = ['bird', 'cat', 'dog']

def jpeg(at):
    file = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (6 + at, 8, 3), dtype=np.uint8)).save(file, 'JPEG')
    return file.getvalue()

images = [jpeg(at) for at in range(5)]
labels = [2, 0, 1, 1, 0]
with open('shards.json', 'w') as file:
    json.dump({'labels': labels, 'classes': NAMES, 'sha256': [hashlib.sha256(image).hexdigest() for image in images]}, file)
    file.write('\n')

def tar(name, form, samples):
    with tarfile.open(name, 'w', format=form) as archive:
        folder = tarfile.TarInfo('train')
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for key, files in samples:
            for extension, content in files.items():
                entry = tarfile.TarInfo(f'{key}.{extension}')
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo('train/000000.png')
        link.type = tarfile.SYMTYPE
        link.linkname = '/etc/passwd'
        archive.addfile(link)

def sample(at, more={}):
    return {'cls': f'{labels[at]}\n'.encode(), 'JPG': images[at], 'json': json.dumps({'name': NAMES[labels[at]], 'id': at}).encode(), **more}

LONG = 'train/' + 'deep/' * 30 + 'ünder.way'
tar('wds-000000.tar', tarfile.USTAR_FORMAT, [('train/000000', sample(0)), ('train/000001', sample(1, {'seg.png': b'mask'}))])
tar('wds-000001.tar', tarfile.PAX_FORMAT, [(LONG.replace('.', '-'), sample(2)), ('train/empty', {'cls': b'0'})])
tar('wds-000002.tar', tarfile.GNU_FORMAT, [(LONG.replace('.', '+'), sample(3)), ('train/000004', sample(4))])

writer = TFRecordWriter('examples.tfrecord')
for at in range(5):
    writer.write({'image/encoded': (images[at], 'byte'), 'image/class/label': (labels[at] + 1, 'int'), 'image/height': (6 + at, 'int'),
                  'image/class/text': (NAMES[labels[at]].encode(), 'byte'), 'image/object/bbox': ([0.5, 0.25], 'float')})
writer.close()

features = {'image': {'_type': 'Image'}, 'label': {'names': NAMES, '_type': 'ClassLabel'}}
table = pa.table({
    'id': pa.array(range(5)),
    'image': pa.array([{'bytes': image, 'path': f'{at}.jpg'} for at, image in enumerate(images)],
                      type=pa.struct([('bytes', pa.binary()), ('path', pa.string())])),
    'label': pa.array(labels, type=pa.int64()),
    'name': pa.array([NAMES[label] for label in labels]),
}).replace_schema_metadata({'huggingface': json.dumps({'info': {'features': features}})})
for codec in ['none', 'snappy', 'zstd', 'gzip']:
    pq.write_table(table, f'hub-{codec}.parquet', compression=codec, row_group_size=2)
pq.write_table(pa.table({'picture': pa.array(images), 'name': table['name']}), 'plain-bytes.parquet', compression='none',
               data_page_version='2.0', use_dictionary=False)
