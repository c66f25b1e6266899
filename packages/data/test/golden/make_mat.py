"""Small MATLAB 5 files in the exact form of the annotation files of Stanford Cars, Oxford 102 Flowers and the ImageNet development kit.

python -m pip install numpy scipy && python make_mat.py
"""
import numpy as np
from scipy.io import savemat

def rows(dtype, values):
    array = np.empty((1, len(values)), dtype=[(name, object) for name in dtype])
    for at, value in enumerate(values):
        for name, field in zip(dtype, value):
            array[0, at][name] = field if isinstance(field, str) else np.array([[field]], dtype=np.uint8 if field < 256 else np.uint16)
    return array

names = np.empty((1, 3), dtype=object)
names[0, :] = ['AM General Hummer SUV 2000', 'Acura RL Sedan 2012', 'Bugatti Veyron 16.4 Coupé 2009']
boxes = ['bbox_x1', 'bbox_y1', 'bbox_x2', 'bbox_y2', 'class']
train = [(39, 116, 569, 375, 3, '00001.jpg'), (36, 116, 868, 587, 1, '00002.jpg')]
test = [(30, 52, 246, 147, 2, '00001.jpg')]
savemat('cars_meta.mat', {'class_names': names}, do_compression=True)
savemat('cars_train_annos.mat', {'annotations': rows([*boxes, 'fname'], train)}, do_compression=True)
savemat('cars_test_annos_withlabels.mat', {'annotations': rows([*boxes, 'fname'], test)}, do_compression=False)
both = [(f'car_ims/00000{at + 1}.jpg', *row[:5], int(at == 1)) for at, row in enumerate([train[0], train[1], test[0]])]
savemat('cars_annos.mat', {'annotations': rows(['relative_im_path', *boxes, 'test'], both), 'class_names': names}, do_compression=True)

savemat('imagelabels.mat', {'labels': np.array([[77, 102, 1, 5, 5, 9]], dtype=np.uint8)}, do_compression=True)
savemat('setid.mat', {'trnid': np.array([[1, 3]], dtype=np.uint16), 'valid': np.array([[2]], dtype=np.uint16),
                      'tstid': np.array([[4, 6, 5]], dtype=np.uint16)}, do_compression=True)

synsets = np.empty((3, 1), dtype=[(name, object) for name in ['ILSVRC2012_ID', 'WNID', 'words', 'num_children', 'children']])
for at, (wnid, words) in enumerate([('n02119789', 'kit fox, Vulpes macrotis'), ('n01440764', 'tench, Tinca tinca'), ('n01443537', 'goldfish')]):
    synsets[at, 0] = (np.array([[float(at + 1)]]), wnid, words, np.array([[0.0]]), np.zeros((1, 0)))
savemat('meta.mat', {'synsets': synsets}, do_compression=True)

savemat('kinds.mat', {'i8': np.array([[-1, 2], [3, -4]], dtype=np.int8), 'i64': np.array([[2**40, -5]], dtype=np.int64),
                      'f32': np.array([[0.5, -1.25]], dtype=np.float32), 'text': 'schön', 'empty': np.zeros((0, 0)),
                      'nested': {'a': {'b': np.array([[7]])}, 'c': np.array(['x', 'yz'], dtype=object)}}, do_compression=False)
