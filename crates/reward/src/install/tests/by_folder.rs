use super::*;

#[test]
fn a_folder_is_copied_listed_and_removed() {
    let (home, models) = models();
    let source = Source::new("Größte Hilfe, small!", 3000);
    let from = home.path().join("from");
    source.write(&from);
    fs::write(from.join("CARD.md"), "a card").unwrap();
    fs::write(from.join("private.txt"), "not named").unwrap();
    assert_eq!(installed(&models).unwrap(), [], "no folder, no models");
    let done = folder(&models, &from).unwrap();
    assert!(done.id.starts_with("gr-te-hilfe-small-"), "{}", done.id);
    assert_eq!(fs::read(done.folder.join("onnx/model.onnx")).unwrap(), source.model);
    assert!(done.folder.join("CARD.md").is_file(), "the card comes along");
    assert!(!done.folder.join("private.txt").exists(), "nothing comes along that was not asked for");
    assert!(folder(&models, &from).unwrap().was_there, "a second time changes nothing");
    let list = installed(&models).unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].manifest.as_ref().unwrap(), &done.manifest);
    remove(&models, &done.id).unwrap();
    assert_nothing_there(&models);
    assert_eq!(fs::read_dir(models.join(place::INCOMING)).unwrap().count(), 0, "nothing is left on the disk");
}

#[test]
fn progress_is_told_and_a_cancel_leaves_nothing() {
    let (home, models) = models();
    let from = home.path().join("from");
    Source::new("m", 3_000_000).write(&from);
    let mut heard = Vec::new();
    let mut hear = |progress: &InstallProgress| heard.push(progress.clone());
    let mut watch = Watch { progress: &mut hear, is_cancelled: &|| false, try_out: &|_, _| Ok(()) };
    from_folder(&models, &from, &limits(), &mut watch).unwrap();
    let last = heard.last().unwrap();
    assert_eq!((last.file.as_str(), last.files_done, last.files), ("tokenizer.json", 1, 2));
    assert!(heard.len() > 3, "large files are told of more than once");
    let (_home, models) = super::models();
    let is_begun = AtomicBool::new(false);
    let mut hear = |_: &InstallProgress| is_begun.store(true, Ordering::SeqCst);
    let mut watch = Watch {
        progress: &mut hear,
        is_cancelled: &|| is_begun.load(Ordering::SeqCst),
        try_out: &|_, _| Ok(()),
    };
    assert!(matches!(reason(from_folder(&models, &from, &limits(), &mut watch)), Reason::Cancelled));
    assert_nothing_there(&models);
}

#[test]
fn what_is_wrong_with_a_folder_is_told_and_nothing_is_kept() {
    let (home, models) = models();
    let source = Source::new("m", 3000);
    let from = |change: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir_in(home.path()).unwrap().keep();
        source.write(&folder);
        change(&folder);
        folder
    };
    let reason_of = |change: &dyn Fn(&Path)| reason(folder(&models, &from(change)));
    let at = |name: &'static str| move |folder: &Path| fs::remove_file(folder.join(name)).unwrap();
    assert!(matches!(reason_of(&at("reward.toml")), Reason::NoManifest));
    assert!(matches!(reason_of(&at("tokenizer.json")), Reason::FileMissing));
    let is_folder = |folder: &Path| {
        fs::remove_file(folder.join("tokenizer.json")).unwrap();
        fs::create_dir(folder.join("tokenizer.json")).unwrap();
    };
    assert!(matches!(reason_of(&is_folder), Reason::FileMissing), "a folder is no file");
    let flip = |folder: &Path| {
        let mut bytes = source.model.clone();
        bytes[2999] ^= 1;
        fs::write(folder.join("onnx/model.onnx"), bytes).unwrap();
    };
    assert!(matches!(reason_of(&flip), Reason::WrongHash { .. }), "one bit is enough");
    let broken = |folder: &Path| fs::write(folder.join("reward.toml"), "format = 1\n").unwrap();
    assert!(matches!(reason_of(&broken), Reason::Manifest { .. }));
    let binary = |folder: &Path| fs::write(folder.join("reward.toml"), [0xff, 0xfe]).unwrap();
    assert!(matches!(reason_of(&binary), Reason::NotText));
    assert_nothing_there(&models);
    let small = InstallLimits { total_bytes: 3010, ..limits() };
    let mut watch = Watch { progress: &mut |_| {}, is_cancelled: &|| false, try_out: &|_, _| Ok(()) };
    let result = from_folder(&models, &from(&|_| {}), &small, &mut watch);
    assert!(matches!(reason(result), Reason::TooLarge { limit_bytes: 3010 }), "all files count together");
    assert_nothing_there(&models);
}

#[test]
fn a_models_folder_that_cannot_be_written_says_so() {
    let (home, models) = models();
    let from = home.path().join("from");
    Source::new("m", 3000).write(&from);
    // Whoever runs the tests may be allowed to write anywhere; nobody can make a folder below a file.
    fs::write(&models, "a file").unwrap();
    let error = folder(&models, &from).unwrap_err();
    assert!(matches!(error.reason, Reason::Disk { .. }));
    assert!(error.to_string().contains("models"), "the path is named: {error}");
    assert!(installed(&models).is_err(), "that is no empty list");
}

#[test]
fn a_model_that_cannot_be_used_is_listed_with_the_reason() {
    let (home, models) = models();
    let from = home.path().join("from");
    Source::new("b", 30).write(&from);
    let done = folder(&models, &from).unwrap();
    fs::remove_file(done.folder.join("onnx/model.onnx")).unwrap();
    fs::create_dir(models.join("a-empty")).unwrap();
    fs::create_dir(models.join("c-broken")).unwrap();
    fs::write(models.join("c-broken/reward.toml"), "nonsense").unwrap();
    fs::write(models.join("stray.txt"), "no model").unwrap();
    let reasons: Vec<String> = installed(&models)
        .unwrap()
        .into_iter()
        .map(|model| model.manifest.unwrap_err().to_string())
        .collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    assert_eq!(reasons[0], "there is no reward.toml in the folder");
    assert_eq!(reasons[1], "a file is missing: onnx/model.onnx");
    assert!(reasons[2].starts_with("the manifest is wrong"), "{}", reasons[2]);
    let again = folder(&models, &from).unwrap();
    assert!(!again.was_there, "a model that lost a file is made whole");
    assert!(again.folder.join("onnx/model.onnx").is_file());
}

#[test]
fn only_a_model_can_be_removed() {
    let (home, models) = models();
    fs::create_dir_all(models.join(place::INCOMING)).unwrap();
    fs::create_dir(home.path().join("other")).unwrap();
    for id in ["", ".", "..", "../other", "none", place::INCOMING, "/"] {
        let reason = remove(&models, id).expect_err(id).reason;
        assert!(matches!(reason, Reason::NotInstalled), "{id:?}: {reason}");
    }
    assert!(home.path().join("other").is_dir());
}

#[test]
fn several_installs_of_one_model_give_one() {
    let (home, models) = models();
    let from = home.path().join("from");
    Source::new("m", 500_000).write(&from);
    let ids: Vec<String> = thread::scope(|scope| {
        let start = |_| {
            let install = || folder(&models, &from).unwrap().id;
            thread::Builder::new().name("test-install".to_owned()).spawn_scoped(scope, install).unwrap()
        };
        let threads: Vec<_> = (0..4).map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    assert_eq!(installed(&models).unwrap().len(), 1);
}

#[test]
fn a_sparse_file_of_20_gb_is_refused_uncopied() {
    let (home, models) = models();
    let from = home.path().join("from");
    Source::new("m", 3000).write(&from);
    // A sparse file: it takes no room, and copying it would take minutes.
    let file = fs::File::options().write(true).open(from.join("onnx/model.onnx")).unwrap();
    file.set_len(20 << 30).unwrap();
    let mut heard = 0;
    let mut hear = |_: &InstallProgress| heard += 1;
    let mut watch = Watch { progress: &mut hear, is_cancelled: &|| false, try_out: &|_, _| Ok(()) };
    let error = from_folder(&models, &from, &InstallLimits::default(), &mut watch).unwrap_err();
    assert!(matches!(error.reason, Reason::TooLarge { limit_bytes: 20_000_000_000 }), "{error}");
    assert!(error.to_string().contains("model.onnx"), "which file: {error}");
    assert_eq!(heard, 0, "not a byte was copied");
    assert_nothing_there(&models);
}

#[test]
fn what_no_runtime_can_use_is_not_installed() {
    let (home, models) = models();
    let from = home.path().join("from");
    Source::new("m", 3000).write(&from);
    let look = |folder: &Path, manifest: &Manifest| {
        assert!(folder.join("reward.toml").is_file() && folder.join("onnx/model.onnx").is_file());
        assert_eq!(manifest.name, "m");
        Err(ModelError::NotOnnx { file: "onnx/model.onnx".to_owned(), reason: "it is none".to_owned() })
    };
    let mut watch = Watch { progress: &mut |_| {}, is_cancelled: &|| false, try_out: &look };
    let error = from_folder(&models, &from, &limits(), &mut watch).unwrap_err();
    assert!(error.to_string().contains("onnx/model.onnx is no ONNX file: it is none"), "{error}");
    assert!(error.reason.hint().contains("export the model"), "{}", error.reason.hint());
    assert_nothing_there(&models);
    folder(&models, &from).unwrap();
}
